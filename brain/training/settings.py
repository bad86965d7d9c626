"""A training run as a TOML file says it."""

from __future__ import annotations

import reprlib
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

from brain.checked import Count, Positive, Range, Share, check_values
from brain.errors import ConfigError
from brain.text.stream import WeightedFile

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast. Batches are counted in target tokens; a step is one batch."""

    steps: Count
    batch_tokens: Count = 4000
    learning_rate: Positive = 1e-3
    warmup_steps: Annotated[int, Range(0, 1 << 40)] = 200
    weight_decay: Share = 0.01
    clip_norm: Positive = 1.0
    valid_every: Count = 200
    """Steps between validations; each also saves the run, so this is what a kill can cost."""
    patience: Count = 5
    """Validations without a better perplexity after which the run stops early."""
    precision: Literal["float32", "bfloat16"] = "bfloat16"
    threads: Annotated[int, Range(1, 1024)] = 2
    seed: Annotated[int, Range(0, 1 << 62)] = 1

    def __post_init__(self) -> None:
        check_values(self, "schedule.")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """Everything a run needs: where from, where to, which network, how long."""

    out: Path
    train: tuple[WeightedFile, ...]
    valid: tuple[Path, ...]
    schedule: Schedule
    model: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Values of a ModelConfig but for vocab_size, which the tokenizer gives."""
    vocab_size: Annotated[int, Range(260, 1 << 20)] = 8192
    start_from: Path | None = None
    """A checkpoint whose weights and tokenizer the run begins with; `vocab_size` is then its own, and `model`
    changes only what no weight depends on, such as dropout."""
    notes: str = ""
    """What the model card says of the data: sets, licences, credits."""

    def __post_init__(self) -> None:
        check_values(self, "")
        for what, files in (("train", self.train), ("valid", self.valid)):
            if not files:
                raise ConfigError(f"{what} names no file")

    def data_order(self) -> dict[str, Any]:
        """Return what decides which batch comes when, as plain values: a run can go on only if they stay."""
        schedule = self.schedule
        return {
            "schedule.seed": schedule.seed,
            "schedule.batch_tokens": schedule.batch_tokens,
            "train": [[f"{file.path.parent.name}/{file.path.name}", file.weight] for file in self.train],
        }


def load_run_settings(path: Path) -> RunSettings:
    """Read a TOML file; paths in it are relative to it. Raises ConfigError that names the key at fault."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"can't read {path}: {error.strerror}") from None
    except ValueError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    try:
        return _build(RunSettings, _parse(content, path.parent))
    except KeyError as error:
        raise ConfigError(f"{path} lacks {error.args[0]!r}") from None
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _parse(content: dict[str, Any], base: Path) -> dict[str, Any]:
    """Turn the values of a file into those of RunSettings. Raises KeyError or ConfigError."""
    paths = {name: _path(base, content[name], name) for name in ("out", "start_from") if name in content}
    return {
        **content,
        **paths,
        "out": paths["out"],
        "valid": tuple(_path(base, name, "valid") for name in _typed(content["valid"], list, "valid", "a list")),
        "train": tuple(
            _train_file(base, entry) for entry in _typed(content["train"], list, "train", "[[train]] tables")
        ),
        "schedule": _build(Schedule, _typed(content["schedule"], dict, "schedule", "a table"), "schedule."),
        "model": _typed(content.get("model", {}), dict, "model", "a table"),
    }


def _train_file(base: Path, entry: Any) -> WeightedFile:
    values = {"weight": 1.0, **_typed(entry, dict, "train", "[[train]] tables")}
    return _build(WeightedFile, {**values, "path": _path(base, values["path"], "train.path")}, "train.")


def _path(base: Path, value: Any, name: str) -> Path:
    return base / _typed(value, str, name, "a path")


def _typed(value: Any, kind: type[_T], name: str, wanted: str) -> _T:
    if not isinstance(value, kind):
        raise ConfigError(f"{name} is {reprlib.repr(value)}: use {wanted}")
    return value


def _build(kind: type[_T], values: dict[str, Any], prefix: str = "") -> _T:
    known = {item.name for item in fields(cast(Any, kind))}
    if unknown := sorted(set(values) - known):
        raise ConfigError(f"unknown setting {prefix + unknown[0]!r}: use one of {', '.join(sorted(known))}")
    required = [item.name for item in fields(cast(Any, kind)) if item.default is item.default_factory is MISSING]
    for name in required:
        values[name]  # KeyError names what is lacking
    return kind(**values)
