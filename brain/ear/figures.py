"""Figures of a classifier, by counting: precision, recall and F1 of each label, and their plain means (macro)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Macro:
    """Means over labels of precision, recall and F1; a label that was never predicted has precision 0."""

    precision: float
    recall: float
    f1: float


def macro(predicted: Marks, right: Marks) -> Macro:
    """Compare marks [N, K]. Labels that occur on neither side do not count."""
    hits, guesses, there = ((predicted & right).sum(0), predicted.sum(0), right.sum(0))
    counted = (guesses + there) > 0
    if not counted.any():
        return Macro(0.0, 0.0, 0.0)
    hits, guesses, there = hits[counted], guesses[counted], there[counted]
    precision, recall = hits / np.maximum(guesses, 1), hits / np.maximum(there, 1)
    return Macro(float(precision.mean()), float(recall.mean()), float((2 * hits / (guesses + there)).mean()))
