"""The registry: a folder of model versions and a file of aliases (`champion`, `previous`). Needs no torch.

The aliases are replaced in one atomic step, so that at any moment exactly one champion can be loaded.
"""

from __future__ import annotations

import json
import re
import reprlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brain.errors import CheckpointError, RegistryError
from brain.training.folders import replaced_file
from brain.training.json_file import read_object
from brain.training.manifest import NAME as MANIFEST
from brain.training.manifest import read_manifest, verify_manifest

CHAMPION, PREVIOUS = "champion", "previous"
_ALIASES = "aliases.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LETTERS = "lower-case letters, digits, '.', '_' and '-'"


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A registered version: its name, folder, aliases and the metrics it came with."""

    name: str
    folder: Path
    aliases: tuple[str, ...]
    metrics: Mapping[str, Any]


class Registry:
    """Versions below a folder, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def aliases(self) -> dict[str, str]:
        """Return alias → version. Raises RegistryError when the file is damaged."""
        try:
            content = read_object(self.folder / _ALIASES)
            if not all(isinstance(version, str) for version in content.values()):
                raise ValueError("not names of versions")
            return content
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise RegistryError(
                f"{self.folder / _ALIASES} is unreadable ({error}): promote a version to renew it"
            ) from None

    def versions(self) -> list[ModelVersion]:
        """Return all versions by name."""
        if not self.folder.is_dir():
            return []
        aliases = self.aliases()
        return [
            ModelVersion(
                path.name,
                path,
                tuple(alias for alias, version in aliases.items() if version == path.name),
                _metrics(path),
            )
            for path in sorted(self.folder.iterdir())
            if _NAME.fullmatch(path.name) and self._has(path.name)
        ]

    def resolve(self, name: str) -> Path:
        """Return the folder of a version or alias. Raises RegistryError that lists what there is."""
        version = name if _is_version_name(name) and self._has(name) else self.aliases().get(name, name)
        if not _is_version_name(version) and version not in {CHAMPION, PREVIOUS}:
            raise RegistryError(f"{reprlib.repr(name)} is no model's name: use {_LETTERS}")
        if not self._has(version):
            known = ", ".join(item.name for item in self.versions()) or "none yet"
            raise RegistryError(f"no model {name!r} in {self.folder}: there are {known}")
        return self.folder / version

    def verify(self, name: str) -> str:
        """Check a version's files against its manifest and return its digest. Raises RegistryError, CheckpointError."""
        return verify_manifest(self.resolve(name))

    def add(self, folder: Path, name: str) -> str:
        """Copy a verified checkpoint folder in as a version. Raises RegistryError when the name is taken or unfit."""
        if not _is_version_name(name):
            raise RegistryError(f"{reprlib.repr(name)} can't name a model: use {_LETTERS}")
        if (self.folder / name).exists():
            raise RegistryError(f"there is a model {name!r} already: choose another name")
        verify_manifest(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".adding-", dir=self.folder))
        try:
            (draft / name).mkdir()
            for file in (*read_manifest(folder), MANIFEST):
                shutil.copyfile(folder / file, draft / name / file, follow_symlinks=False)
            verify_manifest(draft / name)
            (draft / name).rename(self.folder / name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return name

    def promote(self, name: str) -> None:
        """Make a version the champion; the present champion becomes `previous`. Raises as `verify` does.

        A damaged file of aliases is renewed.
        """
        self.verify(name)
        try:
            aliases = self.aliases()
        except RegistryError:
            aliases = {}
        version = aliases.get(name, name)
        if (current := aliases.get(CHAMPION)) and current != version:
            aliases[PREVIOUS] = current
        self._save({**aliases, CHAMPION: version})

    def rollback(self) -> str:
        """Swap champion and previous; return the version that is champion now.

        Raises RegistryError when there is nothing sound to go back to; the champion then stays.
        """
        aliases = self.aliases()
        previous = aliases.get(PREVIOUS)
        if previous is None:
            raise RegistryError("there is no previous model to go back to")
        if CHAMPION not in aliases:
            raise RegistryError("there is no champion to go back from: promote a version")
        try:
            self.verify(previous)
        except (RegistryError, CheckpointError) as error:
            raise RegistryError(f"can't go back to {previous}, the champion stays: {error}") from None
        self._save({**aliases, CHAMPION: previous, PREVIOUS: aliases[CHAMPION]})
        return previous

    def _has(self, version: str) -> bool:
        path = self.folder / version
        return path.is_dir() and not path.is_symlink()

    def _save(self, aliases: Mapping[str, str]) -> None:
        replaced_file(self.folder / _ALIASES, json.dumps(aliases, indent=2))


def _is_version_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and name not in {CHAMPION, PREVIOUS}


def _metrics(folder: Path) -> Mapping[str, Any]:
    try:
        return read_object(folder / "metrics.json")
    except (OSError, ValueError):
        return {}
