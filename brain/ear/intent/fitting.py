"""Fitting intents: the head on all examples, its temperature and threshold on examples and intents left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from brain.ear.inputs import Read, Vectors
from brain.ear.intent import NONE
from brain.ear.intent.classifier import Calibration, IntentClassifier
from brain.ear.labelled import Labelled
from brain.errors import DataError
from brain.logistic import Logistic, fit_logistic, softmax

_PENALTY = 0.08
"""Over all examples: of many, each counts less against it."""
_STEPS = 60
_FOLDS = 3
_EXAMPLES_FOR_CALIBRATION = 16
_REFUSED = 0.003
"""How much of what belongs to an intent may at most be taken for none of these."""
_TEMPERATURES = np.geomspace(0.2, 2.0, 24)

Places = NDArray[np.int64]


def fit_intents(rows: Sequence[Labelled], read: Read, seed: int = 1) -> IntentClassifier:
    """Learn intents from examples; those labelled NONE belong to none. Seconds, beyond reading.

    Raises DataError for fewer than two labels.
    """
    labels = tuple(sorted({row.label for row in rows}))
    if len(labels) < 2:
        raise DataError("intents are told apart from one another: examples of at least two are needed")
    inputs = read([row.text for row in rows])
    places = np.array([labels.index(row.label) for row in rows])
    known = np.array([label != NONE for label in labels])
    head = _head(inputs, places, len(labels))
    return IntentClassifier(labels, head, _calibration(inputs, places, known, seed), read)


def _head(inputs: Vectors, places: Places, classes: int) -> Logistic:
    return fit_logistic(inputs, places, classes, _PENALTY / len(inputs), _STEPS)


def _calibration(inputs: Vectors, places: Places, known: NDArray[np.bool_], seed: int) -> Calibration:
    """Fit temperature and threshold to heads that saw neither a third of the examples nor a third of the intents."""
    rng = np.random.default_rng(seed)
    chosen = _some_of_each(places, rng)
    inputs, places = inputs[chosen], places[chosen]
    rounds = [_left_out(inputs, places, known, fold) for fold in range(_FOLDS)]
    logits = np.concatenate([found for found, _ in rounds])
    targets = np.concatenate([target for _, target in rounds])
    temperature = _temperature(logits[targets >= 0], targets[targets >= 0])
    chances = np.where(known, softmax(logits / np.float32(temperature)), 0)
    right = (targets >= 0) & (chances.argmax(axis=1) == targets)
    return Calibration(temperature, _threshold(chances.max(axis=1), right, targets < 0))


def _some_of_each(places: Places, rng: np.random.Generator) -> Places:
    """Return rows, shuffled: a bounded number of each label, so that calibrating takes seconds."""
    mixed = rng.permutation(len(places))
    order = mixed[np.argsort(places[mixed], kind="stable")]
    starts = np.searchsorted(places[order], places[order])
    return rng.permutation(order[np.arange(len(order)) - starts < _EXAMPLES_FOR_CALIBRATION])


def _left_out(inputs: Vectors, places: Places, known: NDArray[np.bool_], fold: int) -> tuple[Vectors, Places]:
    """Return logits of the rows that one head did not see, and their labels, -1 for those of unseen intents."""
    unseen = known[places] & (places % (_FOLDS + 1) == fold) if known.sum() > _FOLDS else np.zeros(len(places), bool)
    asked = (np.arange(len(places)) % _FOLDS == fold) | unseen
    if asked.all():
        return np.empty((0, len(known)), np.float32), np.empty(0, np.int64)
    head = _head(inputs[~asked], places[~asked], len(known))
    targets = np.where(unseen | ~known[places], -1, places)
    head.bias[np.unique(places[unseen])] = -1e4
    return head.logits(inputs[asked]), targets[asked]


def _temperature(logits: Vectors, targets: Places) -> float:
    """Return what to divide logits [N, K] by so that the labels are likeliest."""
    if not len(targets):
        return 1.0
    rows = np.arange(len(targets))
    losses = [-np.log(softmax(logits / np.float32(by))[rows, targets] + 1e-9).mean() for by in _TEMPERATURES]
    return float(_TEMPERATURES[int(np.argmin(losses))])


def _threshold(sure: Vectors, right: NDArray[np.bool_], foreign: NDArray[np.bool_]) -> float:
    """Return the probability below which refusing hits most foreign messages for the right ones it costs."""
    if not right.any() or not foreign.any():
        return 0.0
    candidates = np.unique(np.quantile(sure[right], np.linspace(0, _REFUSED, 21)))
    gains = [(sure[foreign] < bound).mean() - (sure[right] < bound).mean() for bound in candidates]
    return float(candidates[int(np.argmax(gains))])
