"""RowTable: rows as columns, so that a hundred thousand are filtered at once and none is built before it is found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from brain.memory.ellipsis import is_elliptical
from brain.memory.particulars import speaks_of_itself
from brain.memory.rows import MemoryRow

_T = TypeVar("_T")
Mask = NDArray[np.bool_]
SHARED = ("persona", "facts", "style", "lang", "source")
"""Names of the columns whose values many rows share."""


@dataclass(frozen=True)
class Column(Generic[_T]):
    """Values that many rows share: row i has `values[numbers[i]]`."""

    values: tuple[_T, ...]
    numbers: NDArray[np.int32]

    @classmethod
    def of(cls, items: Iterable[_T]) -> Column[_T]:
        """Number the different values in the order of their first row."""
        known: dict[_T, int] = {}
        numbers = [known.setdefault(item, len(known)) for item in items]
        return cls(tuple(known), np.array(numbers, dtype=np.int32))

    def __getitem__(self, place: int) -> _T:
        return self.values[self.numbers[place]]

    def among(self, wanted: Collection[_T]) -> Mask:
        """Return which rows [N] have one of these values."""
        found = np.zeros(len(self.values), dtype=bool)
        found[[self._places[item] for item in wanted if item in self._places]] = True
        return found[self.numbers]

    def join(self, other: Column[_T]) -> Column[_T]:
        """Return the column of these rows and then the other's."""
        known = dict(self._places)
        numbers = np.array([known.setdefault(value, len(known)) for value in other.values], dtype=np.int32)
        return Column(tuple(known), np.concatenate([self.numbers, numbers[other.numbers]]))

    def without(self, places: Collection[int], empty: _T) -> Column[_T]:
        """Return the column with `empty` in these rows; what only they had is gone."""
        items = (self.values[number] for number in self.numbers)
        return Column.of(empty if place in places else item for place, item in enumerate(items))

    @cached_property
    def _places(self) -> Mapping[_T, int]:
        return {value: number for number, value in enumerate(self.values)}


@dataclass(frozen=True)
class RowTable:
    """N rows. A context is its turns, up to two; `present` is false for rows that were removed and hold no text."""

    messages: tuple[str, ...]
    contexts: tuple[tuple[str, ...], ...]
    replies: tuple[str, ...]
    persona: Column[tuple[str, ...]]
    facts: Column[tuple[str, ...]]
    style: Column[str]
    lang: Column[str]
    source: Column[str]
    stands_alone: NDArray[np.float64]
    elliptical: Mask
    neutral: Mask
    """Where the bot says nothing of itself: right under any persona."""
    present: Mask

    @classmethod
    def of(cls, rows: Sequence[MemoryRow]) -> RowTable:
        """Turn rows into columns."""
        return cls(
            tuple(row.message for row in rows),
            tuple(row.context for row in rows),
            tuple(row.reply for row in rows),
            Column.of(row.persona for row in rows),
            Column.of(row.facts for row in rows),
            Column.of(row.style for row in rows),
            Column.of(row.lang for row in rows),
            Column.of(row.source for row in rows),
            np.array([row.stands_alone for row in rows], dtype=np.float64),
            np.array([is_elliptical(row.message) for row in rows], dtype=bool),
            np.array([not speaks_of_itself(row.reply) for row in rows], dtype=bool),
            np.ones(len(rows), dtype=bool),
        )

    def __len__(self) -> int:
        return len(self.messages)

    def row(self, place: int) -> MemoryRow:
        """Build the row at a place."""
        return MemoryRow(
            message=self.messages[place],
            context=self.contexts[place],
            reply=self.replies[place],
            persona=self.persona[place],
            facts=self.facts[place],
            style=self.style[place],
            lang=self.lang[place],
            source=self.source[place],
            stands_alone=float(self.stands_alone[place]),
        )

    @cached_property
    def facts_by_first(self) -> Mapping[str, Sequence[tuple[str, ...]]]:
        """All facts that rows rest on, by the first of each."""
        found: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        for facts in self.facts.values:
            if facts:
                found[facts[0]].append(facts)
        return found

    def join(self, other: RowTable) -> RowTable:
        """Return the table of these rows and then the other's."""
        return RowTable(
            *(getattr(self, name) + getattr(other, name) for name in ("messages", "contexts", "replies")),
            *(getattr(self, name).join(getattr(other, name)) for name in SHARED),
            *(
                np.concatenate([getattr(self, name), getattr(other, name)])
                for name in ("stands_alone", "elliptical", "neutral", "present")
            ),
        )

    def without(self, places: Collection[int]) -> RowTable:
        """Return the table with the text of these rows gone; all others keep their places."""
        gone = set(places)
        present = self.present.copy()
        present[list(gone)] = False
        return replace(
            self,
            messages=tuple("" if place in gone else text for place, text in enumerate(self.messages)),
            contexts=tuple(() if place in gone else turns for place, turns in enumerate(self.contexts)),
            replies=tuple("" if place in gone else text for place, text in enumerate(self.replies)),
            persona=self.persona.without(gone, ()),
            facts=self.facts.without(gone, ()),
            style=self.style.without(gone, ""),
            lang=self.lang.without(gone, ""),
            source=self.source.without(gone, ""),
            present=present,
        )
