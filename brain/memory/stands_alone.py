"""StandsAlone: how surely a reply is right for anybody who writes the message, not only for the one it was written to.

A logistic regression over the signs of `leaning`. `stands_alone.jsonl` holds exchanges labelled by reading, and
`stands_alone.json` the weights that `train` found on them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from brain.logistic import fit_binary, sigmoid
from brain.memory.leaning import FEATURES, Answer
from brain.text.dialogues import read_rows

LABELLED = Path(__file__).with_name("stands_alone.jsonl")
WEIGHTS = Path(__file__).with_name("stands_alone.json")
_PENALTY = 1.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """An answer and whether it stands alone."""

    answer: Answer
    stands_alone: bool


@dataclass(frozen=True, slots=True)
class StandsAlone:
    """The detector. `weights` are added up for the signs a reply shows: below 0 they speak for leaning."""

    bias: float
    weights: Mapping[str, float]

    @classmethod
    def train(cls, rows: Sequence[Labelled]) -> StandsAlone:
        """Fit the weights, with a squared penalty on all but the bias."""
        signs = np.array([[sign(row.answer) for sign in FEATURES.values()] for row in rows])
        weights, bias = fit_binary(signs, np.array([row.stands_alone for row in rows]), _PENALTY)
        named = zip(FEATURES, (round(float(weight), 4) for weight in weights), strict=True)
        return cls(round(bias, 4), dict(named))

    @classmethod
    @cache
    def shipped(cls) -> StandsAlone:
        """Return the detector that ships."""
        content: dict[str, Any] = json.loads(WEIGHTS.read_text("utf-8"))
        return cls(content["bias"], content["weights"])

    def save(self, path: Path) -> None:
        """Write the weights as JSON."""
        path.write_text(json.dumps({"bias": self.bias, "weights": self.weights}, indent=2) + "\n", "utf-8")

    def probability(self, answer: Answer) -> float:
        """Return how surely a reply stands alone, from 0 to 1."""
        total = self.bias + sum(weight * FEATURES[name](answer) for name, weight in self.weights.items())
        return float(sigmoid(np.array(total)))


def read_labelled(path: Path = LABELLED) -> list[Labelled]:
    """Read labelled exchanges. Raises DataError where the file is not JSON lines."""
    return [
        Labelled(
            Answer(
                row["message"],
                tuple(row.get("context", ())),
                row["reply"],
                *(tuple(row.get(name, ())) for name in ("persona", "facts", "earlier")),
            ),
            bool(row["stands_alone"]),
        )
        for row in read_rows(path)
    ]
