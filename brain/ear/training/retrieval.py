"""How often the right reply is the nearest of a hundred: the figure an ear is judged by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from brain.ear.training.pairs import Exchange

Vectors = Callable[[Sequence[str]], np.ndarray]
"""Texts to unit vectors [N, D]."""
_OTHERS = 99


def right_reply_share(exchanges: Sequence[Exchange], vectors: Vectors, seed: int = 1) -> float:
    """Share of exchanges whose reply is nearer to message and context than 99 others drawn from the same exchanges."""
    nearness = nearness_of(exchanges, vectors)
    return float(np.mean(is_right(nearness, seed)))


def is_right(nearness: np.ndarray, seed: int = 1) -> np.ndarray:
    """Return for each row of nearness [N, N] (of query i to reply j) whether reply i beats 99 others: bool [N]."""
    rng = np.random.default_rng(seed)
    count = len(nearness)
    right = np.zeros(count, dtype=bool)
    for row in range(count):
        others = rng.choice(count - 1, min(_OTHERS, count - 1), replace=False)
        others += others >= row  # never itself
        right[row] = nearness[row, row] > nearness[row, others].max()
    return right


def nearness_of(exchanges: Sequence[Exchange], vectors: Vectors) -> np.ndarray:
    """Return how near message and context of exchange i are to reply j, the mean of both: [N, N]."""
    replies = vectors([exchange.reply for exchange in exchanges])
    messages = vectors([exchange.message for exchange in exchanges])
    contexts = vectors([exchange.context for exchange in exchanges])
    return (messages + contexts) @ replies.T / 2
