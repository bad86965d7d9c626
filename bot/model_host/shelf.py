"""Where models are: the registry in the home folder, the starter that ships, or any checkpoint folder."""

from __future__ import annotations

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
    from brain.training.registry import ModelVersion, Registry

CHAMPION = "champion"
STARTER = "starter"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model on disk and the name its replies are stamped with."""

    version: str
    path: Path


class ModelShelf:
    """Finds models by name. Every method raises ModelUnavailableError with one line, and none imports torch."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.home / "models"

    def find(self, name: str | None) -> ModelFolder:
        """The model of a version, an alias, `starter` or a folder; with no name the champion, else the starter."""
        if name is None:
            name = CHAMPION if CHAMPION in self.aliases() else STARTER
        if name == STARTER:
            return _starter()
        if self.folder.is_dir() and not _is_path(name):
            with _one_line():
                registry = self._registry()
                return ModelFolder(registry.aliases().get(name, name), registry.resolve(name))
        if name and Path(name).is_dir():
            return _stamped(Path(name).resolve().name, Path(name))
        raise ModelUnavailableError(f"there is no model {name!r}: see `familiar model list`, or name a folder")

    def versions(self) -> list[ModelVersion]:
        """The registered versions."""
        with _one_line():
            return self._registry().versions() if self.folder.is_dir() else []

    def aliases(self) -> dict[str, str]:
        """Which version each alias stands for."""
        with _one_line():
            return self._registry().aliases() if self.folder.is_dir() else {}

    def add(self, folder: Path) -> str:
        """Copy a checkpoint folder into the registry and return its version."""
        with _one_line():
            return self._registry().add(folder)

    def verify(self, name: str) -> None:
        """Check a registered model against its manifest."""
        with _one_line():
            self._registry().verify(name)

    def promote(self, version: str) -> None:
        """Make a version the champion; what was champion becomes `previous`."""
        with _one_line():
            self._registry().promote(version)

    def rollback(self) -> None:
        """Make `previous` the champion again."""
        with _one_line():
            self._registry().rollback()

    def _registry(self) -> Registry:
        from brain.training.registry import Registry

        return Registry(self.folder)


def _starter() -> ModelFolder:
    with _one_line():
        from brain.starter import VOICE

        return _stamped(STARTER, VOICE)


def _stamped(name: str, folder: Path) -> ModelFolder:
    """A name alone may stand for another model tomorrow: a part of the manifest's digest tells them apart."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():  # loading will say what is missing
        return ModelFolder(name, folder)
    return ModelFolder(f"{name}-{sha256(manifest.read_bytes()).hexdigest()[:8]}", folder)


def _is_path(name: str) -> bool:
    return "/" in name or name.startswith(".")


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
