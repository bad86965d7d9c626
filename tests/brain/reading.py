"""A stand-in for the ear: hashed character trigrams, so that texts alike in letters are alike in vectors."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from brain.memory.vectors import DIM


def read(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return unit vectors [N, DIM]."""
    vectors = np.array([_vector(text) for text in texts], dtype=np.float32).reshape(-1, DIM)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _vector(text: str) -> NDArray[np.float32]:
    vector = np.full(DIM, 1e-3, dtype=np.float32)
    padded = f" {text.lower()} "
    for place in range(len(padded) - 1):
        code = zlib.crc32(padded[place : place + 3].encode("utf-8", "surrogatepass"))
        vector[code % DIM] += 1 if code & 1 << 20 else -1
    return vector
