"""Segment: rows with their vectors and their index of characters. Nothing in it ever changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from brain.memory.filters import Setting, fits_history, fits_knowledge
from brain.memory.ngrams import CharacterIndex, Rarity
from brain.memory.query import Query, Weights
from brain.memory.rows import MemoryRow
from brain.memory.table import Mask, RowTable
from brain.memory.vectors import Read, RowVectors, Vectors

Scores = NDArray[np.float32]
_KEPT_SETTINGS = 64


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the M rows are that may be offered to a query: `places` int64 [M], ascending, and float32 [M] each."""

    places: NDArray[np.int64]
    total: Scores
    meaning: Scores
    context: Scores
    characters: Scores

    def join(self, other: Likeness, first: int) -> Likeness:
        """Return the likeness of these rows and of the other's, whose places begin at `first`."""
        return Likeness(
            np.concatenate([self.places, other.places + first]),
            np.concatenate([self.total, other.total]),
            np.concatenate([self.meaning, other.meaning]),
            np.concatenate([self.context, other.context]),
            np.concatenate([self.characters, other.characters]),
        )


@dataclass(frozen=True)
class Segment:
    """N rows. `rarity` gives the weights of n-grams; without it they are counted over these rows."""

    table: RowTable
    vectors: RowVectors
    rarity: Callable[[], Rarity] | None = None

    @classmethod
    def of(cls, rows: Sequence[MemoryRow], read: Read, rarity: Callable[[], Rarity] | None = None) -> Segment:
        """Have rows read and lay them out."""
        return cls(RowTable.of(rows), RowVectors.read(rows, read), rarity)

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def characters(self) -> CharacterIndex:
        """The index, built when it is first needed: a tenth of a second for 55,000 rows."""
        return CharacterIndex(self.table.messages, self.rarity() if self.rarity else None)

    @cached_property
    def with_context(self) -> Mask:
        """Which rows [N] have a context."""
        mask = np.zeros(len(self), dtype=bool)
        mask[self.vectors.with_context] = True
        return mask

    @cached_property
    def _matched_by_context(self) -> Mask:
        return self.with_context & self.table.elliptical

    @cached_property
    def _settings(self) -> dict[Setting, Mask]:
        return {}

    @cached_property
    def ids(self) -> Mapping[str, Sequence[int]]:
        """The places of the rows that bear each id."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place in np.flatnonzero(self.table.present):
            places[self.table.row(int(place)).id].append(int(place))
        return places

    def likeness(self, query: Query, queries: Vectors, weights: Weights) -> Likeness:
        """Compare the rows that fit a query; queries [2, DIM] are its message and its message in context.

        Without history they are one, [1, DIM].
        """
        allowed = self._fitting(Setting.of(query)) & fits_history(self.table, self.with_context, query)
        places = np.flatnonzero(allowed & fits_knowledge(self.table, query))
        message, context = self.vectors.likeness(queries, places)
        all_by_context = query.is_elliptical and query.has_history
        meaning = context if all_by_context else np.where(self._matched_by_context[places], context, message)
        characters = self.characters.scores(query.message, places)
        total = np.float32(weights.message) * meaning
        total += np.float32(weights.context) * context
        total += np.float32(weights.characters) * characters
        return Likeness(places, total, meaning, context, characters)

    def _fitting(self, setting: Setting) -> Mask:
        """Return which rows [N] fit a setting; those asked for last are kept."""
        if (mask := self._settings.get(setting)) is None:
            mask = setting.fits(self.table)
            if len(self._settings) >= _KEPT_SETTINGS:
                self._settings.clear()
            self._settings[setting] = mask
        return mask

    def without(self, places: Collection[int]) -> Segment:
        """Return the segment with nothing left of these rows; all others keep their places."""
        if not places:
            return self
        rarity = self.characters.rarity
        return Segment(self.table.without(places), self.vectors.without(places), lambda: rarity)
