"""A training run as a TOML file says it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from brain.errors import ConfigError
from brain.text.stream import WeightedFile

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast. Batches are counted in target tokens; a step is one batch."""

    steps: int
    batch_tokens: int = 4000
    learning_rate: float = 1e-3
    warmup_steps: int = 200
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    valid_every: int = 200
    """Steps between validations; each also saves the run, so this is what a kill can cost."""
    patience: int = 5
    """Validations without a better perplexity after which the run stops early."""
    precision: Literal["float32", "bfloat16"] = "bfloat16"
    threads: int = 2
    seed: int = 1


@dataclass(frozen=True, slots=True)
class RunSettings:
    """Everything a run needs: where from, where to, which network, how long."""

    out: Path
    train: tuple[WeightedFile, ...]
    valid: tuple[Path, ...]
    schedule: Schedule
    model: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Values of a ModelConfig but for vocab_size, which the tokenizer gives."""
    vocab_size: int = 8192
    start_from: Path | None = None
    """A checkpoint whose weights and tokenizer the run begins with; `vocab_size` is then its own, and `model`
    changes only what no weight depends on, such as dropout."""
    memory: Path | None = None
    """Dialogues whose plain exchanges become the memory that exemplars are found in."""
    notes: str = ""
    """What the model card says of the data: sets, licences, credits."""


def load_run_settings(path: Path) -> RunSettings:
    """Read a TOML file; paths in it are relative to it. Raises ConfigError that names the key at fault."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"can't read {path}: {error.strerror}") from None
    except ValueError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    base = path.parent
    try:
        content["out"] = base / content["out"]
        content["valid"] = tuple(base / name for name in content["valid"])
        content["train"] = tuple(
            WeightedFile(base / entry["path"], float(entry.get("weight", 1.0))) for entry in content["train"]
        )
        content["schedule"] = _build(Schedule, content["schedule"], f"{path}: [schedule]")
        for name in ("start_from", "memory"):
            if name in content:
                content[name] = base / content[name]
    except KeyError as error:
        raise ConfigError(f"{path} lacks {error.args[0]!r}") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    return _build(RunSettings, content, str(path))


def _build(kind: type[_T], values: Any, where: str) -> _T:
    known = {item.name for item in fields(cast(Any, kind))}
    if unknown := sorted(set(values) - known):
        raise ConfigError(f"{where} has unknown setting {unknown[0]!r}: use one of {', '.join(sorted(known))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise ConfigError(f"{where}: {error}") from None
