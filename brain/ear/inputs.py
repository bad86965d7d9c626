"""What the heads on the ear get to see: of each message the first vectors of its impression."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from brain.ear.sentence_encoder import SentenceEncoder

Vectors = NDArray[np.float32]
Read = Callable[[Sequence[str]], Vectors]
"""Texts to rows of numbers float32 [N, D], always of the same D."""


def whole_and_words(encoder: SentenceEncoder) -> Read:
    """Return a reader of a message's meaning and of its words as yet unread, side by side: [N, 2 * 384]."""
    return lambda texts: np.ascontiguousarray(encoder.impressions(texts)[:, : 2 * encoder.vector_size])


def whole_impressions(encoder: SentenceEncoder) -> Read:
    """Return a reader of all vectors of an impression: [N, 5 * 384]."""
    return encoder.impressions
