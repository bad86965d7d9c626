"""Logistic regression, what every small head here is: fitted to the minimum of its penalised loss, a convex problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

Vectors = NDArray[np.float32]
_NEWTON_STEPS = 30


@dataclass(frozen=True, slots=True)
class Logistic:
    """weights [K, D] and bias [K]."""

    weights: Vectors
    bias: Vectors

    def logits(self, inputs: Vectors) -> Vectors:
        """Map inputs [N, D] to logits [N, K]."""
        return inputs @ self.weights.T + self.bias


def fit_logistic(inputs: Vectors, targets: NDArray[np.int64], classes: int, penalty: float, steps: int) -> Logistic:
    """Fit to targets [N] by L-BFGS: the mean cross-entropy plus half the penalty times the squared weights is least."""
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


def fit_binary(
    inputs: NDArray[np.floating[Any]], right: NDArray[np.bool_], penalty: float
) -> tuple[NDArray[np.float64], float]:
    """Fit weights [D] and a bias to labels [N] by Newton's method; penalty / 2 times the squared weights is added."""
    rows = np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1, dtype=np.float64)
    penalties = np.array([penalty] * inputs.shape[1] + [1e-9])  # hardly any on the bias
    weights = np.zeros(rows.shape[1])
    for _ in range(_NEWTON_STEPS):
        sure = sigmoid(rows @ weights)
        gradient = rows.T @ (sure - right) + penalties * weights
        curvature = (rows * (sure * (1 - sure))[:, None]).T @ rows + np.diag(penalties)
        weights -= np.linalg.solve(curvature, gradient)
    return weights[:-1], float(weights[-1])


def sigmoid(values: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return probabilities of logits."""
    return 1 / (1 + np.exp(-values))


def softmax(logits: Vectors) -> Vectors:
    """Return probabilities [N, K] of logits [N, K]."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
