"""Fitting the emotion head: the network on most rows, its thresholds on the rest, so that nothing else is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from brain.ear.emotion.head import EmotionHead, Layers
from brain.ear.emotion.labels import LABELS, marks
from brain.ear.inputs import Read, Vectors
from brain.ear.labelled import Labelled, read_labelled
from brain.errors import DataError

_HIDDEN = 512
_ROUNDS = 8
_LEAST_STEPS = 100
_BATCH = 256
_RATE = 1e-3
_DECAY = 0.01
_DROPPED = 0.3
_HELD_BACK = 0.14
_BOUNDS = np.linspace(0.03, 0.8, 78, dtype=np.float32)

Marks = NDArray[np.bool_]


def fit_emotions(rows: Sequence[Labelled], read: Read, seed: int = 1) -> EmotionHead:
    """Learn from rows of the 28 labels. Raises DataError that names a label that is none of them."""
    targets = np.stack([_marks(row) for row in rows])
    inputs = read([row.text for row in rows])
    order = np.random.default_rng(seed).permutation(len(rows))
    held = order[: max(1, int(len(rows) * _HELD_BACK))]
    learned = order[len(held) :] if len(rows) > 1 else order
    layers = _trained(inputs, targets, learned, seed)
    bounds = _thresholds(layers.chances(inputs[held]), targets[held])
    return EmotionHead(replace(layers, thresholds=bounds), read)


def fit_starter(folder: Path, train: Path, read: Read) -> None:
    """Fit the head that ships to the rows of a file, and write it."""
    fit_emotions(read_labelled(train), read).save(folder)


def _marks(row: Labelled) -> Marks:
    if unknown := sorted(set(row.labels) - set(LABELS)):
        raise DataError(f"{unknown[0]!r} is none of the emotions: {', '.join(LABELS)}")
    return marks(row.labels)


class _Network(nn.Module):
    """Standardised inputs, one hidden layer, an output for each name of each level."""

    def __init__(self, mean: Tensor, spread: Tensor, outputs: int) -> None:
        super().__init__()
        self.mean, self.spread = mean, spread
        self.inner = nn.Linear(len(mean), _HIDDEN)
        self.outer = nn.Linear(_HIDDEN, outputs)

    def forward(self, inputs: Tensor) -> Tensor:
        """Map inputs [B, D] to logits [B, outputs]."""
        seen = nn.functional.dropout((inputs - self.mean) / self.spread, _DROPPED / 2, self.training)
        return self.outer(
            nn.functional.dropout(nn.functional.gelu(self.inner(seen), approximate="tanh"), _DROPPED, self.training)
        )

    def layers(self) -> Layers:
        """Return plain numbers; the standardising goes into the inner layer."""
        inner = self.inner.weight.detach() / self.spread
        bias = self.inner.bias.detach() - inner @ self.mean
        outer, outer_bias = self.outer.weight.detach(), self.outer.bias.detach()
        return Layers(
            inner.numpy(), bias.numpy(), outer.numpy().copy(), outer_bias.numpy().copy(), np.full(len(outer), 0.5, "f")
        )


def _trained(inputs: Vectors, targets: Marks, places: NDArray[np.int64], seed: int) -> Layers:
    seen, right = torch.from_numpy(inputs), torch.from_numpy(targets.astype(np.float32))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        spread = seen.std(0, unbiased=False) + 1e-3
        network = _Network(seen.mean(0), spread, targets.shape[1])
        batches = list(_batches(places, seed))
        optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=len(batches) + 1)
        for batch in batches:
            optimizer.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(network(seen[batch]), right[batch]).backward()
            optimizer.step()
            schedule.step()
    return network.layers()


def _batches(places: NDArray[np.int64], seed: int) -> Iterator[Tensor]:
    rng = np.random.default_rng(seed)
    for _ in range(max(_ROUNDS, _LEAST_STEPS * _BATCH // len(places))):
        yield from torch.from_numpy(rng.permutation(places)).split(_BATCH)


def _thresholds(chances: Vectors, targets: Marks) -> Vectors:
    """Return for each output the bound with the best F1; a half where there is nothing to go by."""
    there = targets.sum(0)
    scores = [
        2 * ((chances >= bound) & targets).sum(0) / ((chances >= bound).sum(0) + there + 1e-9) for bound in _BOUNDS
    ]
    best = _BOUNDS[np.argmax(scores, axis=0)]
    return np.where(there > 0, best, np.float32(0.5)).astype(np.float32)
