"""Averaged word vectors: the meaning of a text as that of its words together, whatever their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from brain.errors import CheckpointError
from brain.text.features.stored import Stored

Floats = NDArray[np.float32]
ReadWords = Callable[[Sequence[str]], Floats]
"""Texts to the averages of their word vectors, float32 [N, D]: `SentenceEncoder.word_vectors`."""
_PROBE = "Hello, how was your day? 你好，今天过得怎么样？"
_NEAR = 1e-2


class AveragedWordVectors:
    """Averages less what all texts have in common (Arora, Liang & Ma 2017, algorithm 1), in rows of length one.

    A text without words has a row of zeros.
    """

    name: ClassVar[str] = "averaged-word-vectors"

    def __init__(self, read: ReadWords) -> None:
        self._read = read
        self._common: Floats = np.zeros(0, dtype=np.float32)

    def fit(self, texts: Sequence[str]) -> Self:
        """Find the direction [D] that texts share: the first singular vector of their averages."""
        averages = self._read(texts).astype(np.float64)
        _, directions = np.linalg.eigh(averages.T @ averages)
        self._common = directions[:, -1].astype(np.float32)
        return self

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return float32 [N, D]."""
        averages = self._read(texts)
        left = averages - np.outer(averages @ self._common, self._common)
        lengths = np.linalg.norm(left, axis=1, keepdims=True)
        return (left / np.where(lengths > 0, lengths, 1)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the direction, and what one known text is read as; the word vectors stay with their model."""
        Stored(self.name, arrays={"common": self._common, "probe": self._read([_PROBE])[0]}).write(folder)

    @classmethod
    def load(cls, folder: Path, read: ReadWords) -> Self:
        """Read what was saved. Raises CheckpointError, also where `read` gives other vectors than it did then."""
        arrays = Stored.read(folder, cls.name).arrays
        features = cls(read)
        probe = read([_PROBE])[0]
        if set(arrays) != {"common", "probe"} or any(array.shape != probe.shape for array in arrays.values()):
            raise CheckpointError(f"the features in {folder} can't be used: {cls.name} needs common and probe [D]")
        if not np.allclose(arrays["probe"], probe, atol=_NEAR):
            raise CheckpointError(f"the features in {folder} are of another ear's word vectors: make them again")
        features._common = arrays["common"]
        return features
