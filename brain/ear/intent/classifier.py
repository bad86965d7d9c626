"""IntentClassifier: which of the intents a message has, how surely, and by which of its words; or none of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brain.ear.inputs import Read, Vectors
from brain.ear.intent import NONE
from brain.ear.stored_head import StoredHead
from brain.errors import CheckpointError
from brain.logistic import Logistic, softmax

_NAME = "intent"
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+(?:['’]\w+)*|[^\w\s]+")
_EXPLAINED = 40
"""Words of a message that are looked at, from its end."""


@dataclass(frozen=True, slots=True)
class Intent:
    """The likeliest intent, or None for none of these; `probability` is that of the likeliest in either case."""

    label: str | None
    probability: float
    ranked: tuple[tuple[str, float], ...]
    """The likeliest intents and their probabilities, likeliest first."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logits are divided by `temperature` (Guo et al. 2017); a probability under `threshold` means none of these."""

    temperature: float = 1.0
    threshold: float = 0.0


class IntentClassifier:
    """Logistic regression on what the ear reads. `labels` may have NONE among them. Safe in several threads."""

    def __init__(self, labels: tuple[str, ...], head: Logistic, calibration: Calibration, read: Read) -> None:
        self.labels = labels
        self.calibration = calibration
        self._head = head
        self._read = read
        self._known = np.array([label != NONE for label in labels])

    def predict(self, text: str, top: int = 3) -> Intent:
        """Say what a message wants."""
        chances = self.probabilities([text])
        place = int(self.choose(chances)[0])
        best = [int(spot) for spot in np.argsort(-chances[0], kind="stable") if self._known[spot]][:top]
        ranked = tuple((self.labels[spot], float(chances[0, spot])) for spot in best)
        return Intent(self.labels[place] if place >= 0 else None, ranked[0][1], ranked)

    def probabilities(self, texts: list[str]) -> Vectors:
        """Return the probabilities [N, labels] of texts."""
        return self.chances(self._read(texts))

    def chances(self, inputs: Vectors) -> Vectors:
        """Return the probabilities [N, labels] of what has been read, [N, D]."""
        return softmax(self._head.logits(inputs) / self.calibration.temperature)

    def choose(self, chances: Vectors) -> NDArray[np.int64]:
        """Return of each row [N, labels] the place of its intent, or -1 for none of these."""
        best = self.likeliest(chances)
        sure = chances[np.arange(len(chances)), best]
        refused = (sure < self.calibration.threshold) | (sure < chances.max(axis=1, initial=0.0))
        return np.where(refused, -1, best)

    def likeliest(self, chances: Vectors) -> NDArray[np.int64]:
        """Return of each row the place of its likeliest intent, however unlikely."""
        return np.where(self._known, chances, -1).argmax(axis=1)

    def explain(self, text: str, label: str | None = None) -> list[tuple[str, float]]:
        """Return the words that speak for an intent (by default the likeliest), weightiest first.

        A word's weight is how much the probability falls when it is left out. Raises KeyError for an unknown label.
        """
        spans = [match.span() for match in _WORD.finditer(text)][-_EXPLAINED:]
        without = [text[:start] + " " + text[end:] for start, end in spans]
        chances = self.probabilities([text, *without])
        if label is not None and label not in self.labels:
            raise KeyError(label)
        place = int(self.likeliest(chances)[0]) if label is None else self.labels.index(label)
        falls = chances[0, place] - chances[1:, place]
        weighed = [(text[start:end], float(fall)) for (start, end), fall in zip(spans, falls, strict=True)]
        return sorted(weighed, key=lambda pair: -pair[1])

    def save(self, folder: Path) -> None:
        """Write a complete folder, or nothing."""
        facts: dict[str, Any] = {"labels": list(self.labels), "vector_size": self._head.weights.shape[1]}
        facts |= {"temperature": self.calibration.temperature, "threshold": self.calibration.threshold}
        StoredHead(_NAME, facts, {"weights": self._head.weights, "bias": self._head.bias}).write(folder)

    @classmethod
    def load(cls, folder: Path, read: Read) -> IntentClassifier:
        """Verify and read a classifier. Raises CheckpointError that names what is wrong."""
        stored = StoredHead.read(folder, _NAME)
        try:
            labels, size = tuple(map(str, stored.facts["labels"])), int(stored.facts["vector_size"])
            calibration = Calibration(float(stored.facts["temperature"]), float(stored.facts["threshold"]))
            head = Logistic(stored.take("weights", (len(labels), size)), stored.take("bias", (len(labels),)))
            if not (0 < calibration.temperature < np.inf and 0 <= calibration.threshold <= 1):
                raise ValueError(f"it has an impossible {calibration}")
            if not set(labels) - {NONE} or len(set(labels)) < len(labels):
                raise ValueError("its labels are not distinct intents")
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            raise CheckpointError(f"the intents in {folder} can't be used: {error}") from None
        return cls(labels, head, calibration, read)
