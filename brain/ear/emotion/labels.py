"""The 28 labels of GoEmotions (Demszky et al. 2020) and their groupings, by Ekman and by sentiment, and a valence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from brain.ear.inputs import Vectors

NEUTRAL = "neutral"
_EKMAN = {
    "anger": "anger annoyance disapproval",
    "disgust": "disgust",
    "fear": "fear nervousness",
    "joy": "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief",
    "sadness": "disappointment embarrassment grief remorse sadness",
    "surprise": "confusion curiosity realization surprise",
    NEUTRAL: NEUTRAL,
}
_AMBIGUOUS = ("surprise",)
EKMAN: Mapping[str, str] = MappingProxyType({label: kind for kind, names in _EKMAN.items() for label in names.split()})
"""The label of each emotion among Ekman's six, or neutral (Demszky et al. 2020, appendix B)."""
LABELS: tuple[str, ...] = tuple(sorted(EKMAN))


def _sentiment(ekman: str) -> str:
    if ekman == NEUTRAL:
        return NEUTRAL
    return "positive" if ekman == "joy" else "ambiguous" if ekman in _AMBIGUOUS else "negative"


SENTIMENT: Mapping[str, str] = MappingProxyType({label: _sentiment(kind) for label, kind in EKMAN.items()})
"""The group of each emotion: positive, negative, ambiguous or neutral."""

VALENCE: Mapping[str, float] = MappingProxyType({
    "admiration": 0.7, "amusement": 0.7, "anger": -0.8, "annoyance": -0.5, "approval": 0.4, "caring": 0.5,
    "confusion": -0.2, "curiosity": 0.1, "desire": 0.3, "disappointment": -0.6, "disapproval": -0.5, "disgust": -0.8,
    "embarrassment": -0.5, "excitement": 0.8, "fear": -0.7, "gratitude": 0.8, "grief": -1.0, "joy": 1.0, "love": 0.9,
    "nervousness": -0.5, "neutral": 0.0, "optimism": 0.6, "pride": 0.7, "realization": 0.0, "relief": 0.6,
    "remorse": -0.6, "sadness": -0.8, "surprise": 0.1,
})  # fmt: skip
"""How pleasant each emotion is, -1 to 1: set by hand, in the order in which people place them."""


LEVELS: tuple[Mapping[str, str], ...] = (MappingProxyType({label: label for label in LABELS}), EKMAN, SENTIMENT)
"""From each emotion to itself, to Ekman's, and to its sentiment: what a head tells apart, in three levels."""
OUTPUTS: tuple[tuple[str, ...], ...] = tuple(tuple(sorted(set(level.values()))) for level in LEVELS)
"""The names of each level, 28, 7 and 4."""


def marks(labels: Collection[str]) -> NDArray[np.bool_]:
    """Return which names of all levels, one level after the other, emotions stand for: [28 + 7 + 4]."""
    named = [{level[label] for label in labels} for level in LEVELS]
    return np.array([name in found for names, found in zip(OUTPUTS, named, strict=True) for name in names])


def valence(chances: Vectors) -> Vectors:
    """Return how pleasant, -1 to 1, [N]: the mean over emotions, each by its probability, of chances [N, 28]."""
    weights = np.array([VALENCE[label] for label in LABELS], dtype=np.float32)
    return np.clip(chances @ weights / np.maximum(chances.sum(axis=1), 1e-6), -1, 1)
