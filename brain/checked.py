"""Settings that say of themselves what fits: types from a dataclass's annotations, ranges from `Annotated`."""

from __future__ import annotations

import math
import reprlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from brain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from `low` to `high`, both included."""

    low: float
    high: float


Count = Annotated[int, Range(1, 1 << 40)]
Share = Annotated[float, Range(0, 1)]
Positive = Annotated[float, Range(1e-12, 1e12)]


def check_values(settings: object, where: str) -> None:
    """Check numbers, text, truth values and choices of a dataclass. Raises ConfigError that names the setting."""
    for name, hint in get_type_hints(type(settings), include_extras=True).items():
        value = getattr(settings, name)
        if (wanted := _wanted(hint)) and not _fits(value, hint):
            raise ConfigError(f"{where}{name} is {reprlib.repr(value)}: use {wanted}")


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        kind, limits = get_args(hint)
        return _fits(value, kind) and limits.low <= value <= limits.high
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if hint in (int, float) and isinstance(value, bool):
        return False
    if hint is float:
        return isinstance(value, int | float) and math.isfinite(value)
    return isinstance(value, hint)


def _wanted(hint: Any) -> str:
    """Say what fits; empty for types that are not checked here."""
    if get_origin(hint) is Annotated:
        kind, limits = get_args(hint)
        return f"{_wanted(kind)} from {limits.low:g} to {limits.high:g}"
    if get_origin(hint) is Literal:
        return f"one of {', '.join(get_args(hint))}"
    return {int: "a whole number", float: "a number", bool: "true or false", str: "text"}.get(hint, "")
