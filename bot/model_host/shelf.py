"""Where models are: the registry in the home folder, the starter that ships, or any checkpoint folder."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ModelUnavailableError
from bot.settings import Settings
from brain.errors import BrainError

if TYPE_CHECKING:
    from brain.reply import ReplyGenerator
    from brain.training.registry import ModelVersion, Registry

CHAMPION = "champion"
STARTER = "starter"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on disk and the name its replies are stamped with."""

    version: str
    path: Path


class ModelShelf:
    """Finds models by name. Every method but `load` raises ModelUnavailableError with one line and imports no torch."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.home / "models"
        self._settings = settings

    def find(self, name: str | None) -> ModelFolder:
        """The model of a version, an alias, `starter` or a folder; with no name the champion, else the starter."""
        with _one_line():
            registry = self._registry()
            version = registry.aliases().get(name or CHAMPION, name)
            starter = _starter()
            if version in (None, STARTER, starter.version):
                return starter
            known = [model.name for model in registry.versions()]
            if version in known:
                return ModelFolder(version, registry.resolve(version))
            if version and Path(version).is_dir():
                return ModelFolder(_stamp(Path(version)), Path(version))
        registered = f"registered are {', '.join(known)}" if known else "none is registered"
        raise ModelUnavailableError(f"there is no model {name!r}: {registered}, or name a checkpoint folder")

    def load(self, folder: Path) -> ReplyGenerator:
        """Let a model's voice speak, with the operator's own answers and help line. Raises BrainError."""
        from brain.companion import Companion

        settings = self._settings
        return Companion.load(folder, settings.model.threads, settings.home / "memory", settings.bot.help_line)

    def versions(self) -> list[ModelVersion]:
        """The registered versions."""
        with _one_line():
            return self._registry().versions()

    def aliases(self) -> dict[str, str]:
        """Which version each alias stands for."""
        with _one_line():
            return self._registry().aliases()

    def add(self, folder: Path) -> str:
        """Copy a checkpoint folder into the registry, if it is not there yet, and return its version."""
        with _one_line():
            version, registry = _stamp(folder), self._registry()
            known = {model.name for model in registry.versions()}
            return version if version in known else registry.add(folder, version)

    def verify(self, name: str | None) -> ModelFolder:
        """Check the model that `find` finds, and all it speaks with, against their manifests, and return it."""
        folder = self.find(name)
        with _one_line():
            from brain.starter import BESIDE_THE_VOICE
            from brain.training.manifest import verify_manifest

            for path in (folder.path, *BESIDE_THE_VOICE):
                verify_manifest(path)
        return folder

    def promote(self, version: str) -> None:
        """Make a registered version the champion; what was champion becomes `previous`."""
        with _one_line():
            self._registry().promote(version)

    def rollback(self) -> str:
        """Make `previous` the champion again and return it; the champion becomes `previous`."""
        with _one_line():
            return self._registry().rollback()

    def _registry(self) -> Registry:
        from brain.training.registry import Registry

        return Registry(self.folder)


def _starter() -> ModelFolder:
    from brain.starter import VOICE

    return ModelFolder(_stamp(VOICE, STARTER), VOICE)


def _stamp(folder: Path, name: str | None = None) -> str:
    """A folder's name with a part of its manifest's digest: the name alone may stand for another model tomorrow."""
    name = name or re.sub(r"[^a-z0-9._-]+", "-", folder.resolve().name.lower())
    manifest = folder / "manifest.json"
    if not manifest.is_file():  # loading will say what is missing
        return name
    return f"{name}-{sha256(manifest.read_bytes()).hexdigest()[:8]}"


@contextmanager
def _one_line() -> Generator[None]:
    try:
        yield
    except BrainError as error:
        raise ModelUnavailableError(str(error)) from error
    except ImportError as error:
        line = f"the network is not installed ({error}): pip install 'familiar-companion[brain]'"
        raise ModelUnavailableError(line) from error
    except OSError as error:
        raise ModelUnavailableError(f"the models can't be read: {error}") from error
