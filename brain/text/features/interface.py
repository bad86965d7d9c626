"""Features: the interface that every way of turning texts into numbers has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Vectors = NDArray[np.float32] | csr_matrix
"""Rows of numbers, float32 [N, D]; sparse where nearly all of them are zero."""


class Features(Protocol):
    """Texts to vectors, after a look at some texts. `brain.text.features.registry` finds them by name."""

    name: ClassVar[str]

    def fit(self, texts: Sequence[str]) -> Self:
        """Learn from texts and return itself. Raises DataError where there is nothing to learn."""
        ...

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors [N, D] of any texts, in order; all numbers are finite."""
        ...

    def save(self, folder: Path) -> None:
        """Write all that `load` needs into a folder: the whole of it, or nothing."""
        ...
