"""Settings of an ear's training, read from a TOML file. Paths are relative to the file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from brain.checked import Count, Positive, check_values
from brain.ear.training.pairs import Kind
from brain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """A file to draw from: what its pairs are, how often (relative), and the rows of which language."""

    path: Path
    kind: Kind
    weight: Positive
    lang: str = ""


@dataclass(frozen=True, slots=True)
class EarRun:
    """A whole run: `origin` holds all-MiniLM-L6-v2, `valid` dialogues with a bot, `out` takes state and result."""

    out: Path
    origin: Path
    valid: Path
    sources: tuple[SourceSettings, ...]
    notes: str = ""
    num_pieces: Count = 18_000
    steps: Count = 3000
    batch_size: Count = 64
    learning_rate: Positive = 3e-5
    embedding_rate: Positive = 2e-4
    """Of the word embeddings, which hold all that is known of Chinese at first."""
    warmup_steps: Count = 100
    valid_every: Count = 200
    temperature: Positive = 0.05
    max_length: Count = 64
    threads: Count = 2
    seed: Count = 1

    def __post_init__(self) -> None:
        check_values(self, "")


def load_ear_run(path: Path) -> EarRun:
    """Read the settings. Raises ConfigError in one line."""
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        sources = tuple(_source(path.parent, source) for source in values.pop("source"))
        for name in ("out", "origin", "valid"):
            values[name] = path.parent / cast(str, values[name])
        return EarRun(sources=sources, **values)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"can't read {path}: {error}") from None
    except (KeyError, TypeError) as error:
        raise ConfigError(f"{path}: {error} (out, origin, valid and [[source]] are needed)") from None


def _source(folder: Path, values: dict[str, Any]) -> SourceSettings:
    source = SourceSettings(**{**values, "path": folder / values["path"]})
    check_values(source, "source.")
    return source
