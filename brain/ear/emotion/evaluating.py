"""How well emotions are heard: learned from one file, measured on another, in three levels."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brain.ear.emotion.fitting import fit_emotions
from brain.ear.emotion.head import EmotionHead
from brain.ear.emotion.labels import LABELS, OUTPUTS, marks
from brain.ear.figures import macro
from brain.ear.inputs import whole_impressions
from brain.ear.labelled import Labelled, read_labelled
from brain.ear.sentence_encoder import SentenceEncoder
from brain.errors import DataError

_TIMED = 100


@dataclass(frozen=True, slots=True)
class EmotionReport:
    """Figures by name; what was right and what was said, marks [N, 28 + 7 + 4]."""

    figures: dict[str, float]
    right: NDArray[np.bool_]
    said: NDArray[np.bool_]


def evaluate_emotions(train: Path, data: Path, encoder: SentenceEncoder) -> EmotionReport:
    """Learn from one file and measure on another. Raises DataError for files that are not rows of emotions."""
    rows = read_labelled(data)
    if unknown := sorted({label for row in rows for label in row.labels} - set(LABELS)):
        raise DataError(f"{data}: {unknown[0]!r} is none of the emotions")
    started = time.perf_counter()
    head = fit_emotions(read_labelled(train), whole_impressions(encoder))
    return measure_emotions(head, rows, encoder, time.perf_counter() - started)


def measure_emotions(
    head: EmotionHead, rows: Sequence[Labelled], encoder: SentenceEncoder, training_s: float = 0.0
) -> EmotionReport:
    """Measure on rows. Accuracy is the share of rows whose emotions are just those that were labelled."""
    right = np.stack([marks(row.labels) for row in rows])
    said = head.chances([row.text for row in rows]) >= head.layers.thresholds
    ends = np.cumsum([len(names) for names in OUTPUTS])[:-1]
    levels = list(zip(np.split(said, ends, axis=1), np.split(right, ends, axis=1), strict=True))
    emotions, ekman, sentiment = (macro(came, was) for came, was in levels)
    figures = {
        "accuracy": float((levels[0][0] == levels[0][1]).all(axis=1).mean()),
        "macro_precision": emotions.precision,
        "macro_recall": emotions.recall,
        "macro_f1": emotions.f1,
        "ekman_macro_f1": ekman.f1,
        "sentiment_macro_f1": sentiment.f1,
        "ms_per_message": _milliseconds(head, rows, encoder),
        "training_seconds": training_s,
    }
    return EmotionReport(figures, right, said)


def _milliseconds(head: EmotionHead, rows: Sequence[Labelled], encoder: SentenceEncoder) -> float:
    """Return the median time of a prediction once the ear has read the message."""
    times: list[float] = []
    for row in rows[:_TIMED]:
        encoder.read(row.text)
        started = time.perf_counter()
        head.feel(row.text)
        times.append(time.perf_counter() - started)
    return 1000 * float(np.median(times))
