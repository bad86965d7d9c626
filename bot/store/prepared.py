"""Statements of SQLAlchemy, compiled once and then given straight to the driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.sql import ClauseElement


class Prepared:
    """A statement's SQL for one dialect, and how its rows are bound.

    Executing through SQLAlchemy costs about 50 µs a statement and 5 µs a row more; that is half of what a message may
    cost here.
    """

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        self._positional: bool = compiled.positional
        self._names: list[str] = compiled.positiontup if compiled.positional else list(compiled.binds)
        self._own: dict[str, object] = {name: compiled.params[name] for name in self._names}
        processors = {
            name: compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in self._names
        }
        self._conversions: list[tuple[int, Callable[[Any], object]]] = [
            (place, processors[name]) for place, name in enumerate(self._names) if processors[name] is not None
        ]

    def bind(self, values: Mapping[str, object]) -> Any:
        """Return one row as the driver wants it; what `values` lacks is the statement's own value, or NULL."""
        row = list(map({**self._own, **values}.__getitem__, self._names))
        for place, convert in self._conversions:
            row[place] = convert(row[place])
        return row if self._positional else dict(zip(self._names, row, strict=True))
