"""ResponseMemory: written exchanges, found by meaning, by what came before, and by characters."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from brain.memory.holding import Heard, holds_here
from brain.memory.query import Match, Query, Weights
from brain.memory.rows import MemoryRow
from brain.memory.saving import load_rows, save_rows
from brain.memory.segment import Likeness, Scores, Segment
from brain.memory.table import RowTable
from brain.memory.vectors import Read, Vectors, quantise

_WEIGHTS = Weights()
_FIRST_LOOK = 64


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What a search sees: the rows the memory began with, and those added since. Never changed, only replaced."""

    begun: Segment
    added: Segment

    @property
    def segments(self) -> tuple[Segment, Segment]:
        return self.begun, self.added

    def likeness(self, query: Query, queries: Vectors, weights: Weights) -> Likeness:
        begun = self.begun.likeness(query, queries, weights)
        if not len(self.added):
            return begun
        return begun.join(self.added.likeness(query, queries, weights), len(self.begun))

    def rows(self) -> Iterator[MemoryRow]:
        for segment in self.segments:
            yield from (segment.table.row(int(place)) for place in np.flatnonzero(segment.table.present))

    def locate(self, place: int) -> tuple[Segment, int]:
        """Return where a place lies. Those of rows in `added` follow those in `begun`."""
        first = len(self.begun)
        return (self.begun, place) if place < first else (self.added, place - first)


class ResponseMemory:
    """Rows and their search. Threads may search while another adds or removes: each search sees one moment.

    Places stay as they are as long as a memory is in use; those of removed rows stay empty.
    """

    def __init__(self, read: Read, weights: Weights = _WEIGHTS) -> None:
        self._read = read
        self._weights = weights
        self._writing = threading.Lock()
        self._begin(Segment.of((), read))

    @classmethod
    def of(cls, rows: Iterable[MemoryRow], read: Read, weights: Weights = _WEIGHTS) -> ResponseMemory:
        """Build a memory, having every row read."""
        memory = cls(read, weights)
        memory._begin(Segment.of(tuple(rows), read))
        return memory

    @classmethod
    def load(cls, folder: Path, read: Read, weights: Weights = _WEIGHTS) -> ResponseMemory:
        """Verify and load what `save` wrote; nothing is read anew. Raises CheckpointError that names the file."""
        memory = cls(read, weights)
        memory._begin(Segment(*load_rows(folder)))
        return memory

    def save(self, folder: Path) -> None:
        """Write all rows into a folder of their own, replaced whole."""
        snapshot = self._snapshot
        begun, added = (segment.vectors.keep(segment.table.present) for segment in snapshot.segments)
        save_rows(folder, RowTable.of(tuple(snapshot.rows())), begun.join(added))

    def __len__(self) -> int:
        return sum(int(segment.table.present.sum()) for segment in self._snapshot.segments)

    def rows(self) -> Iterator[MemoryRow]:
        """Iterate over all rows there are now."""
        return self._snapshot.rows()

    def search(self, query: Query, count: int) -> list[Match]:
        """Return up to `count` rows of different replies that may be offered here, the best first."""
        snapshot = self._snapshot
        queries = self._vectors_of(query)
        likeness = snapshot.likeness(query, queries, self._weights)
        said, heard = set(query.said), Heard.of(query.heard)
        matches: list[Match] = []
        for best in _best_first(likeness.total) if count > 0 else ():
            segment, at = snapshot.locate(int(likeness.places[best]))
            row = segment.table.row(at)
            if row.reply not in said and holds_here(row, heard):
                said.add(row.reply)
                matches.append(_match(row, likeness, best))
                if len(matches) == count:
                    break
        return matches

    def vectors(self, places: Sequence[int]) -> tuple[Vectors, Vectors]:
        """Return the vectors of these rows' messages and replies, int8 [len(places), DIM] each, 127 standing for 1."""
        found = [self._snapshot.locate(place) for place in places]
        messages = [segment.vectors.messages[at] for segment, at in found]
        replies = [segment.vectors.replies[at] for segment, at in found]
        return np.array(messages), np.array(replies)

    def add(self, rows: Sequence[MemoryRow]) -> None:
        """Remember more rows, having them read."""
        new = Segment.of(rows, self._read)
        with self._writing:
            begun, added = self._snapshot.segments
            joined = Segment(
                added.table.join(new.table), added.vectors.join(new.vectors), lambda: begun.characters.rarity
            )
            self._snapshot = _Snapshot(begun, joined)

    def remove(self, ids: Collection[str]) -> int:
        """Forget the rows of these ids; return how many there were."""
        wanted = set(ids)
        return self._remove(lambda segment: {place for row_id in wanted for place in segment.ids.get(row_id, ())})

    def remove_source(self, source: str) -> int:
        """Forget all rows of a source, such as "person:7"; return how many there were."""
        return self._remove(
            lambda segment: set(np.flatnonzero(segment.table.source.among((source,)) & segment.table.present).tolist())
        )

    def _remove(self, places_in: Callable[[Segment], set[int]]) -> int:
        with self._writing:
            segments = self._snapshot.segments
            gone = [places_in(segment) for segment in segments]
            self._snapshot = _Snapshot(
                *(segment.without(places) for segment, places in zip(segments, gone, strict=True))
            )
        return sum(map(len, gone))

    def _begin(self, segment: Segment) -> None:
        self._snapshot = _Snapshot(segment, Segment.of((), self._read, lambda: segment.characters.rarity))

    def _vectors_of(self, query: Query) -> Vectors:
        """Return the vectors of a message and of the message in its context [2, DIM], or [1, DIM] without history.

        They are read where they are not given.
        """
        texts = [query.message, query.message_in_context] if query.has_history else [query.message]
        given = (query.message_vector, query.context_vector)[: len(texts)]
        known = [vector for vector in given if vector is not None]
        return quantise(np.stack(known) if len(known) == len(texts) else self._read(texts))


def _best_first(scores: Scores) -> Iterator[int]:
    """Yield which scores are highest, equal ones in order, sorting only what is asked for."""
    seen, size = 0, _FIRST_LOOK
    while seen < len(scores):
        size = min(size, len(scores))
        least = np.partition(scores, len(scores) - size)[len(scores) - size]
        best = np.flatnonzero(scores >= least)
        ordered = best[np.argsort(-scores[best], kind="stable")]
        yield from ordered[seen:].tolist()
        seen, size = len(ordered), size * 16


def _match(row: MemoryRow, likeness: Likeness, number: int) -> Match:
    return Match(
        row=row,
        score=float(likeness.total[number]),
        meaning=float(likeness.meaning[number]),
        context=float(likeness.context[number]),
        characters=float(likeness.characters[number]),
        place=int(likeness.places[number]),
    )
