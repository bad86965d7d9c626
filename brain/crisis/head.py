"""The head: a multinomial logistic regression from a sentence vector to the kinds of crisis, on disk as a folder."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from brain.crisis.kinds import KINDS
from brain.errors import CheckpointError
from brain.training.checkpoint import read_tensors, save_tensors
from brain.training.folders import replaced_folder
from brain.training.json_file import read_object
from brain.training.manifest import read_manifest, verify_manifest, write_manifest

_CONFIG, _TENSORS = "config.json", "head"
_FORMAT = 1
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CrisisHead:
    """weights [1 + kinds, D] and bias [1 + kinds], the first of each for no crisis.

    `threshold` is the probability of any crisis from which the head alone is believed.
    """

    weights: Vectors
    bias: Vectors
    threshold: float

    def probabilities(self, vectors: Vectors) -> NDArray[np.float64]:
        """Return the probabilities [N, 1 + kinds] for unit vectors [N, D]."""
        logits = vectors.astype(np.float64) @ self.weights.T.astype(np.float64) + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def save(self, folder: Path) -> None:
        """Write the head, or nothing. The same numbers give the same bytes."""
        config = {"format": _FORMAT, "kinds": KINDS, "vector_size": self.weights.shape[1], "threshold": self.threshold}
        with replaced_folder(folder) as draft:
            (draft / _CONFIG).write_text(json.dumps(config, indent=2) + "\n", "utf-8")
            save_tensors(
                draft, _TENSORS, {"weights": torch.from_numpy(self.weights), "bias": torch.from_numpy(self.bias)}
            )
            write_manifest(draft)

    @classmethod
    def load(cls, folder: Path) -> CrisisHead:
        """Verify and read a head. Raises CheckpointError that names the file at fault."""
        verify_manifest(folder)
        if _CONFIG not in read_manifest(folder):
            raise CheckpointError(f"the head in {folder} is incomplete: its manifest does not list {_CONFIG}")
        tensors = read_tensors(folder, _TENSORS)
        try:
            config = read_object(folder / _CONFIG)
            if config["format"] != _FORMAT or tuple(config["kinds"]) != KINDS:
                raise ValueError("it was made for another version")
            head = cls(tensors["weights"].numpy(), tensors["bias"].numpy(), float(config["threshold"]))
            head.check(config["vector_size"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"the head in {folder} can't be used: {error}") from None
        return head

    def check(self, vector_size: int) -> None:
        """Raise ValueError unless shapes and numbers can be reckoned with."""
        rows = 1 + len(KINDS)
        if self.weights.shape != (rows, vector_size) or self.bias.shape != (rows,):
            raise ValueError(f"weights {self.weights.shape} and bias {self.bias.shape}, not {(rows, vector_size)}")
        if self.weights.dtype != np.float32 or self.bias.dtype != np.float32:
            raise ValueError("its numbers are not float32")
        if not (np.isfinite(self.weights).all() and np.isfinite(self.bias).all()):
            raise ValueError("its numbers are not finite")
        if not (math.isfinite(self.threshold) and 0 < self.threshold <= 1):
            raise ValueError(f"threshold {self.threshold} is not a probability")
