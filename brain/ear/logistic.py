"""Multinomial logistic regression, fitted to the minimum of its penalised loss (a convex problem) by L-BFGS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from brain.ear.inputs import Vectors


@dataclass(frozen=True, slots=True)
class Logistic:
    """weights [K, D] and bias [K]."""

    weights: Vectors
    bias: Vectors

    def logits(self, inputs: Vectors) -> Vectors:
        """Map inputs [N, D] to logits [N, K]."""
        return inputs @ self.weights.T + self.bias


def fit_logistic(inputs: Vectors, targets: NDArray[np.int64], classes: int, penalty: float, steps: int) -> Logistic:
    """Fit to targets [N]; the loss is the mean cross-entropy plus half the penalty times the squared weights."""
    layer = nn.Linear(inputs.shape[1], classes)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    seen, right = torch.from_numpy(inputs), torch.from_numpy(targets)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=steps, history_size=8, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = nn.functional.cross_entropy(layer(seen), right) + penalty / 2 * layer.weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return Logistic(layer.weight.detach().numpy().copy(), layer.bias.detach().numpy().copy())


def softmax(logits: Vectors) -> Vectors:
    """Return probabilities [N, K] of logits [N, K]."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
