"""How well intents are told apart: learned from one file, measured on another."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brain.ear.figures import macro
from brain.ear.inputs import whole_and_words
from brain.ear.intent import NONE
from brain.ear.intent.classifier import IntentClassifier
from brain.ear.intent.fitting import fit_intents
from brain.ear.labelled import Labelled, read_labelled
from brain.ear.sentence_encoder import SentenceEncoder

_TIMED = 100


@dataclass(frozen=True, slots=True)
class IntentReport:
    """Figures by name, and each row's right label beside what was said of it."""

    figures: dict[str, float]
    right: tuple[str, ...]
    said: tuple[str, ...]


def evaluate_intents(train: Path, data: Path, encoder: SentenceEncoder) -> IntentReport:
    """Learn from one file and measure on another. Raises DataError for files that are not rows of intents."""
    rows, learned = read_labelled(data), read_labelled(train)
    started = time.perf_counter()
    classifier = fit_intents(learned, whole_and_words(encoder))
    return measure_intents(classifier, rows, encoder, time.perf_counter() - started)


def measure_intents(
    classifier: IntentClassifier, rows: Sequence[Labelled], encoder: SentenceEncoder, training_s: float = 0.0
) -> IntentReport:
    """Measure on rows. Where none of them is labelled NONE, the likeliest intent counts, however unlikely."""
    right = tuple(row.label for row in rows)
    chances = classifier.probabilities([row.text for row in rows])
    open_set = NONE in right
    places = classifier.choose(chances) if open_set else classifier.likeliest(chances)
    said = tuple(classifier.labels[place] if place >= 0 else NONE for place in places)
    figures = {**figures_of(right, said), "ms_per_message": _milliseconds(classifier, rows, encoder)}
    return IntentReport({**figures, "training_seconds": training_s}, right, said)


def figures_of(right: Sequence[str], said: Sequence[str]) -> dict[str, float]:
    """Return accuracy and macro figures, and where NONE is a label the figures in and out of scope."""
    labels = sorted({*right, *said})
    was, came = _marks(right, labels), _marks(said, labels)
    hit: NDArray[np.bool_] = np.asarray((was & came).any(axis=1))
    mean = macro(came, was)
    figures = {"accuracy": float(hit.mean()), "macro_precision": mean.precision, "macro_recall": mean.recall}
    figures["macro_f1"] = mean.f1
    if NONE in right:
        outside, refused = was[:, labels.index(NONE)], came[:, labels.index(NONE)]
        figures["in_scope_accuracy"] = float(hit[~outside].mean()) if (~outside).any() else 0.0
        figures["oos_recall"] = float(refused[outside].mean())
        figures["oos_precision"] = float(outside[refused].mean()) if refused.any() else 0.0
    return figures


def _marks(names: Sequence[str], labels: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([[name == label for label in labels] for name in names])


def _milliseconds(classifier: IntentClassifier, rows: Sequence[Labelled], encoder: SentenceEncoder) -> float:
    """Return the median time of a prediction once the ear has read the message."""
    times: list[float] = []
    for row in rows[:_TIMED]:
        encoder.read(row.text)
        started = time.perf_counter()
        classifier.predict(row.text)
        times.append(time.perf_counter() - started)
    return 1000 * float(np.median(times))
