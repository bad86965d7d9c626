"""EmotionHead: which emotions a message shows, several at once, by a network of one hidden layer on the ear."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np
import torch
from torch import nn

from brain.ear.emotion.labels import LABELS, NEUTRAL, OUTPUTS, valence
from brain.ear.inputs import Read, Vectors
from brain.ear.stored_head import StoredHead
from brain.errors import CheckpointError

_NAME = "emotion"
_SIZES = [len(names) for names in OUTPUTS]
_ENDS = list(accumulate(_SIZES))[:-1]


@dataclass(frozen=True, slots=True)
class Feeling:
    """What a message shows: emotions and their probabilities (likeliest first), and the same by Ekman and sentiment.

    `valence` is how pleasant, -1 to 1. Where nothing else reaches its threshold the emotion is neutral.
    """

    emotions: tuple[tuple[str, float], ...]
    ekman: tuple[str, ...]
    sentiment: tuple[str, ...]
    valence: float


@dataclass(frozen=True, slots=True)
class Layers:
    """inner [H, D], inner_bias [H], outer [39, H], outer_bias [39]: GELU between them. `thresholds` [39]."""

    inner: Vectors
    inner_bias: Vectors
    outer: Vectors
    outer_bias: Vectors
    thresholds: Vectors

    def chances(self, inputs: Vectors) -> Vectors:
        """Return probabilities [N, 39] of inputs [N, D]."""
        # torch, whose threads the host limits: those of numpy fight over busy cores
        with torch.inference_mode():
            inner = torch.addmm(torch.from_numpy(self.inner_bias), torch.from_numpy(inputs), _turned(self.inner))
            active = nn.functional.gelu(inner, approximate="tanh")
            return torch.addmm(torch.from_numpy(self.outer_bias), active, _turned(self.outer)).sigmoid().numpy()


def _turned(matrix: Vectors) -> torch.Tensor:
    return torch.from_numpy(matrix).t()


class EmotionHead:
    """Reads feelings. Safe in several threads."""

    def __init__(self, layers: Layers, read: Read) -> None:
        self.layers = layers
        self._read = read

    def feel(self, text: str) -> Feeling:
        """Say what a message shows."""
        chances = self.layers.chances(self._read([text]))
        emotions, *broader = self._named(chances[0])
        ekman, sentiment = (tuple(name for name, _ in level) for level in broader)
        return Feeling(emotions, ekman, sentiment, float(valence(chances[:, : len(LABELS)])[0]))

    def chances(self, texts: list[str]) -> Vectors:
        """Return probabilities [N, 28 + 7 + 4] of emotions, Ekman's and sentiments."""
        return self.layers.chances(self._read(texts))

    def _named(self, chances: Vectors) -> list[tuple[tuple[str, float], ...]]:
        """Return of each level what reaches its threshold, likeliest first, or neutral."""
        levels = zip(OUTPUTS, np.split(chances, _ENDS), np.split(self.layers.thresholds, _ENDS), strict=True)
        return [_reached(names, found, bounds) for names, found, bounds in levels]

    def save(self, folder: Path) -> None:
        """Write a complete folder, or nothing. Numbers are kept in half precision."""
        hidden, size = self.layers.inner.shape
        facts = {"outputs": [list(names) for names in OUTPUTS], "hidden": hidden, "vector_size": size}
        numbers = {name: array.astype(np.float16) for name, array in asdict(self.layers).items()}
        StoredHead(_NAME, facts, numbers).write(folder)

    @classmethod
    def load(cls, folder: Path, read: Read) -> EmotionHead:
        """Verify and read a head. Raises CheckpointError that names what is wrong."""
        stored = StoredHead.read(folder, _NAME)
        try:
            if stored.facts["outputs"] != [list(names) for names in OUTPUTS]:
                raise ValueError("it was made for other emotions")
            hidden, size, outputs = int(stored.facts["hidden"]), int(stored.facts["vector_size"]), sum(_SIZES)
            layers = Layers(
                stored.take("inner", (hidden, size)),
                stored.take("inner_bias", (hidden,)),
                stored.take("outer", (outputs, hidden)),
                stored.take("outer_bias", (outputs,)),
                stored.take("thresholds", (outputs,)),
            )
        except (KeyError, ValueError, TypeError, OverflowError) as error:
            raise CheckpointError(f"the emotions in {folder} can't be used: {error}") from None
        return cls(layers, read)


def _reached(names: tuple[str, ...], chances: Vectors, bounds: Vectors) -> tuple[tuple[str, float], ...]:
    order = np.argsort(-chances, kind="stable")
    found = tuple((names[place], float(chances[place])) for place in order if chances[place] >= bounds[place])
    return found or ((NEUTRAL, float(chances[names.index(NEUTRAL)])),)
