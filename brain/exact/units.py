"""Units of measure: what they are called, and how they convert, all in exact fractions. `units.toml` is the table."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit. A value in it, times `factor` plus `offset`, is the value in the base unit of its `kind`."""

    kind: str
    factor: Fraction
    offset: Fraction
    many: str
    """As after a number: "feet", "°F"."""
    one: str
    chinese: str
    notes: tuple[str, str]
    """Which of several units of this name it is, in English and Chinese; mostly empty."""

    def to(self, other: Unit, value: Fraction) -> Fraction:
        """Return the value in another unit of the same kind."""
        return (value * self.factor + self.offset - other.offset) / other.factor


def units_called(name: str) -> list[Unit]:
    """Return the units a lower-case name may stand for: "oz" is a weight and a volume."""
    return _by_name().get(name, [])


@cache
def _by_name() -> dict[str, list[Unit]]:
    table = tomllib.loads(Path(__file__).with_name("units.toml").read_text(encoding="utf-8"))
    found: dict[str, list[Unit]] = defaultdict(list)
    for kind, rows in table.items():
        for row in rows:
            many, one, *_ = row["names"]
            chinese = row["chinese"] or [many]
            english, note = row.get("note", ("", ""))
            factor, offset = Fraction(row["factor"]), Fraction(row.get("offset", 0))
            unit = Unit(kind, factor, offset, many, one, chinese[0], (english, note))
            for name in {spelling.lower() for spelling in [*row["names"], *row["chinese"]]}:
                found[name].append(unit)
    return found
