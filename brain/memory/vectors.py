"""RowVectors: what the ear read of each row, as int8, and the products with a query's vectors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from brain.memory.rows import MemoryRow

DIM = 192
_SCALE = 127
Read = Callable[[Sequence[str]], "NDArray[np.float32]"]
"""Maps texts, several turns being joined by newlines, to unit vectors [N, DIM]."""
Vectors = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class RowVectors:
    """Of N rows: messages [N, DIM], replies [N, DIM], and messages in context [C, DIM] of the C rows that have one.

    `with_context` [C] are the places of those, ascending. The others' message stands for itself.
    """

    messages: Vectors
    contexts: Vectors
    replies: Vectors
    with_context: NDArray[np.int64]

    @classmethod
    def read(cls, rows: Sequence[MemoryRow], read: Read) -> RowVectors:
        """Have all texts of these rows read."""
        with_context = [place for place, row in enumerate(rows) if row.context]
        in_context = ["\n".join((*rows[place].context, rows[place].message)) for place in with_context]
        return cls(
            _read([row.message for row in rows], read),
            _read(in_context, read),
            _read([row.reply for row in rows], read),
            np.array(with_context, dtype=np.int64),
        )

    def likeness(self, queries: Vectors, places: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the cosines of the rows at M places: [M] with a message, and [M] with a message in its context.

        Queries [2, DIM] are both, or [1, DIM] where there is no context. All rows are multiplied: that is faster than
        to gather some.
        """
        products = _products(queries, self.messages)
        message, context = products[0][places], products[-1]
        context[self.with_context] = _products(queries[-1:], self.contexts)[0]
        return _cosines(message), _cosines(context[places])

    def without(self, places: Collection[int]) -> RowVectors:
        """Return the same with nothing left of these rows."""
        messages, contexts, replies = (array.copy() for array in (self.messages, self.contexts, self.replies))
        gone = np.array(sorted(places), dtype=np.int64)
        messages[gone] = replies[gone] = 0
        contexts[np.isin(self.with_context, gone)] = 0
        return RowVectors(messages, contexts, replies, self.with_context)

    def keep(self, kept: NDArray[np.bool_]) -> RowVectors:
        """Return the vectors of the rows [N] that are kept."""
        with_context = kept[self.with_context]
        moved = np.cumsum(kept) - 1
        return RowVectors(
            self.messages[kept],
            self.contexts[with_context],
            self.replies[kept],
            moved[self.with_context[with_context]],
        )

    def join(self, other: RowVectors) -> RowVectors:
        """Return the vectors of these rows and then the other's."""
        return RowVectors(
            np.concatenate([self.messages, other.messages]),
            np.concatenate([self.contexts, other.contexts]),
            np.concatenate([self.replies, other.replies]),
            np.concatenate([self.with_context, other.with_context + len(self.messages)]),
        )


def quantise(vectors: NDArray[Any]) -> Vectors:
    """Turn unit vectors into int8: 127 stands for 1."""
    return np.clip(np.rint(vectors * _SCALE), -_SCALE, _SCALE).astype(np.int8)


def _read(texts: Sequence[str], read: Read) -> Vectors:
    return quantise(read(texts)) if texts else np.zeros((0, DIM), dtype=np.int8)


def _products(queries: Vectors, rows: Vectors) -> NDArray[np.int32]:
    """Return exact products [Q, N]. In this orientation the processor's int8 instructions are used."""
    if not len(rows):
        return np.zeros((len(queries), 0), dtype=np.int32)
    products = torch._int_mm(torch.from_numpy(queries), torch.from_numpy(rows).t())  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
    return products.numpy()


def _cosines(products: NDArray[np.int32]) -> NDArray[np.float32]:
    return np.multiply(products, np.float32(1 / _SCALE**2), dtype=np.float32)
