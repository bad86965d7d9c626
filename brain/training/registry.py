"""The registry: a folder of model versions and a file of aliases (`champion`, `previous`). Needs no torch.

The aliases are replaced in one atomic step, so that at any moment exactly one champion can be loaded.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from brain.errors import CheckpointError, RegistryError
from brain.training.manifest import verify_manifest

CHAMPION, PREVIOUS = "champion", "previous"
_ALIASES = "aliases.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


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
            content = json.loads((self.folder / _ALIASES).read_text("utf-8"))
            return {str(alias): str(version) for alias, version in content.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
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
            if path.is_dir() and _NAME.fullmatch(path.name)
        ]

    def resolve(self, name: str) -> Path:
        """Return the folder of a version or alias. Raises RegistryError that lists what there is."""
        version = self.aliases().get(name, name)
        if not _NAME.fullmatch(version):
            raise RegistryError(f"{name!r} is not a model's name: use lower-case letters, digits, '.', '_' and '-'")
        path = self.folder / version
        if path.is_symlink() or not path.is_dir():
            known = ", ".join(item.name for item in self.versions()) or "none yet"
            raise RegistryError(f"no model {name!r} in {self.folder}: there are {known}")
        return path

    def verify(self, name: str) -> str:
        """Check a version's files against its manifest and return its digest. Raises RegistryError, CheckpointError."""
        return verify_manifest(self.resolve(name))

    def add(self, folder: Path, name: str) -> str:
        """Copy a verified checkpoint folder in as a version. Raises RegistryError when the name is taken or unfit."""
        if not _NAME.fullmatch(name) or name in {CHAMPION, PREVIOUS}:
            raise RegistryError(f"{name!r} can't name a model: use lower-case letters, digits, '.', '_' and '-'")
        if (self.folder / name).exists():
            raise RegistryError(f"there is a model {name!r} already: choose another name")
        verify_manifest(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".adding-", dir=self.folder))
        try:
            shutil.copytree(folder, draft / name)
            verify_manifest(draft / name)
            (draft / name).rename(self.folder / name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return name

    def promote(self, name: str) -> None:
        """Make a version the champion; the present champion becomes `previous`. Raises as `verify` does."""
        self.verify(name)
        aliases = self.aliases()
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
        try:
            self.verify(previous)
        except (RegistryError, CheckpointError) as error:
            raise RegistryError(f"can't go back to {previous}, the champion stays: {error}") from None
        self._save({**aliases, CHAMPION: previous, PREVIOUS: aliases[CHAMPION]})
        return previous

    def _save(self, aliases: Mapping[str, str]) -> None:
        handle, draft = tempfile.mkstemp(prefix=".aliases-", dir=self.folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(aliases, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(self.folder / _ALIASES)


def _metrics(folder: Path) -> Mapping[str, Any]:
    try:
        content = json.loads((folder / "metrics.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return cast(Mapping[str, Any], content) if isinstance(content, dict) else {}
