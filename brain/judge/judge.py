"""Judge: a small network over the evidence, trained on right against near-miss replies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from torch import nn

from brain.errors import CheckpointError
from brain.judge.evidence import NAMES, Candidate, Rarity, Said, evidence
from brain.training.folders import replaced_folder
from brain.training.json_file import read_object
from brain.training.manifest import verify_manifest, write_manifest

_WEIGHTS, _RARITY = "judge.safetensors", "rarity.json"
_HIDDEN = 24
_STEPS = 400
_PENALTY = 3e-2

Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Judge:
    """Says how surely a reply is right. `weights` hold the evidence's mean and spread and two layers."""

    weights: Weights
    rarity: Rarity

    @classmethod
    def load(cls, folder: Path) -> Judge:
        """Verify and load what `save` wrote. Raises CheckpointError."""
        verify_manifest(folder)
        try:
            content: dict[str, Any] = read_object(folder / _RARITY)
            weights = load_file(folder / _WEIGHTS)
            judge = cls(weights, Rarity(content["rarities"], content["highest"]))
            judge.probabilities(np.zeros((1, len(NAMES)), dtype=np.float32))
        except (OSError, SafetensorError, KeyError, ValueError, AttributeError, TypeError) as error:
            raise CheckpointError(f"the judge in {folder} can't be used: {error}") from None
        return judge

    def save(self, folder: Path) -> None:
        """Write a complete folder, or nothing."""
        with replaced_folder(folder) as draft:
            save_file(dict(self.weights), draft / _WEIGHTS)
            content = {"highest": self.rarity.highest, "rarities": self.rarity.rarities}
            (draft / _RARITY).write_text(json.dumps(content, ensure_ascii=False), "utf-8")
            write_manifest(draft)

    def judge(self, said: Said, candidates: Sequence[Candidate]) -> NDArray[np.float32]:
        """Return for each candidate how surely it is right, 0 to 1: float32 [N]."""
        if not candidates:
            return np.zeros(0, dtype=np.float32)
        return self.probabilities(np.stack([evidence(said, item, self.rarity) for item in candidates]))

    def probabilities(self, found: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probabilities [N] of evidence [N, len(NAMES)]."""
        weights = self.weights
        scaled = (found - weights["mean"]) / weights["spread"]
        hidden = np.tanh(scaled @ weights["inner.weight"].T + weights["inner.bias"])
        total = hidden @ weights["outer.weight"].T + scaled @ weights["direct.weight"].T + weights["outer.bias"]
        return (1 / (1 + np.exp(-total[:, 0]))).astype(np.float32)


def fit_weights(found: NDArray[np.float32], right: NDArray[np.bool_], seed: int = 1) -> dict[str, NDArray[np.float32]]:
    """Fit the two layers by full-batch AdamW on evidence [N, F] and labels [N]; the same arguments give the same."""
    generator = torch.Generator().manual_seed(seed)
    mean, spread = found.mean(0), found.std(0) + 1e-3
    inputs = torch.from_numpy((found - mean) / spread)
    target = torch.from_numpy(right.astype(np.float32))
    size = found.shape[1]
    layers = {"inner": nn.Linear(size, _HIDDEN), "outer": nn.Linear(_HIDDEN, 1), "direct": nn.Linear(size, 1)}
    parameters = [value for layer in layers.values() for value in layer.parameters()]
    for value in parameters:
        nn.init.normal_(value, std=0.05, generator=generator)
    optimizer = torch.optim.AdamW(parameters, lr=1e-2, weight_decay=_PENALTY)
    for _ in range(_STEPS):
        total = layers["outer"](torch.tanh(layers["inner"](inputs))) + layers["direct"](inputs)
        loss = nn.functional.binary_cross_entropy_with_logits(total[:, 0], target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    named = {f"{name}.{kind}": value for name, layer in layers.items() for kind, value in layer.named_parameters()}
    weights = {name: value.detach().numpy().copy() for name, value in named.items()}
    weights["outer.bias"] = weights["outer.bias"] + weights.pop("direct.bias")
    return {**weights, "mean": mean, "spread": spread}
