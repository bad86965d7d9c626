"""Fitting the head, and the figures of what was fitted: recall and precision of patterns, head and both."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brain.corpus.splits import dialogues
from brain.crisis.detector import CrisisDetector, Read, by_patterns
from brain.crisis.head import CrisisHead, Vectors
from brain.crisis.kinds import KINDS
from brain.crisis.labelled import Labelled, parts, read_labelled
from brain.logistic import fit_logistic
from brain.text.cleaning import clean

_PENALTY = 3e-4
_STEPS = 200
_FOLDS = 5
_PRECISION = 0.95
"""What both readers together keep to on messages that the head was not fitted on."""
_ORDINARY = 3000


@dataclass(frozen=True, slots=True)
class Figures:
    """How many crises were found, how many there are, and how many messages were taken for one that are none."""

    found: int
    crises: int
    false_alarms: int

    @property
    def recall(self) -> float:
        """The share of crises that was found."""
        return self.found / max(self.crises, 1)

    @property
    def precision(self) -> float:
        """The share of crises in what was taken for one."""
        return self.found / max(self.found + self.false_alarms, 1)


def fit(rows: Sequence[Labelled], read: Read, ordinary: Sequence[str] = ()) -> CrisisHead:
    """Fit a head on labelled messages and on ordinary ones, which are no crisis. Takes a few seconds beyond `read`.

    The threshold is the lowest at which patterns and head together keep their precision, each fifth of the messages
    judged by a head that was fitted on the others.
    """
    vectors = read([row.message for row in rows] + list(ordinary))
    labels = np.array([KINDS.index(row.kind) + 1 if row.kind else 0 for row in rows] + [0] * len(ordinary))
    found = np.array([by_patterns(row.message) is not None for row in rows] + [False] * len(ordinary))
    folds = np.arange(len(labels)) % _FOLDS
    sure = np.empty(len(labels))
    for fold in range(_FOLDS):
        head = _head(vectors[folds != fold], labels[folds != fold])
        sure[folds == fold] = 1 - head.probabilities(vectors[folds == fold])[:, 0]
    head = _head(vectors, labels)
    return CrisisHead(head.weights, head.bias, _threshold(sure, labels > 0, found))


def fit_starter(folder: Path, read: Read) -> dict[str, Figures]:
    """Fit on the labelled messages and the corpus, write the head into a folder, and return the figures by reader."""
    fitted, _ = parts(read_labelled())
    fit(fitted, read, ordinary_messages()).save(folder)
    return compare(CrisisDetector.load(folder, read))


def compare(detector: CrisisDetector, rows: Sequence[Labelled] | None = None) -> dict[str, Figures]:
    """Measure patterns, head and both on labelled messages: by default on those that nothing was fitted on."""
    rows = parts(read_labelled())[1] if rows is None else rows
    by_head = {
        row.message: sign for row, sign in zip(rows, detector.by_head([row.message for row in rows]), strict=True)
    }
    return {
        "patterns": _measured(rows, lambda message: by_patterns(message) is not None),
        "head": _measured(rows, lambda message: by_head[message] is not None),
        "joined": _measured(rows, lambda message: by_patterns(message) is not None or by_head[message] is not None),
    }


def ordinary_messages(count: int = _ORDINARY) -> list[str]:
    """Return openings of the corpus that no pattern finds, always the same. Raises DataError without the corpus."""
    openings = {clean(talk.turns[0].text) for talk in dialogues("train")}
    chosen = sorted(openings, key=lambda text: hashlib.sha256(text.encode()).digest())
    return [text for text in chosen[: count + count // 20] if by_patterns(text) is None][:count]


def _measured(rows: Sequence[Labelled], is_crisis: Callable[[str], bool]) -> Figures:
    flagged = [row for row in rows if is_crisis(row.message)]
    found = sum(row.kind is not None for row in flagged)
    return Figures(found, sum(row.kind is not None for row in rows), len(flagged) - found)


def _threshold(sure: NDArray[np.float64], crisis: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    """Return the lowest probability from which on believing the head keeps the precision."""
    for threshold in np.linspace(0.02, 0.98, 97):
        flagged = found | (sure >= threshold)
        if (flagged & crisis).sum() >= _PRECISION * flagged.sum():
            return round(float(threshold), 2)
    return 0.99


def _head(vectors: Vectors, labels: NDArray[np.int64]) -> CrisisHead:
    """Minimise the cross-entropy with a squared penalty on the weights (a convex problem) by L-BFGS."""
    head = fit_logistic(vectors, labels, 1 + len(KINDS), 2 * _PENALTY, _STEPS)
    return CrisisHead(head.weights, head.bias, 0.5)
