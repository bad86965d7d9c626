"""Heads on disk: a folder with what a head knows as JSON, its tensors, and a manifest. Nothing is ever unpickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from brain.ear.inputs import Vectors
from brain.errors import CheckpointError
from brain.training.checkpoint import read_tensors, save_tensors
from brain.training.folders import replaced_folder
from brain.training.json_file import read_object
from brain.training.manifest import read_manifest, verify_manifest, write_manifest

_CONFIG, _TENSORS = "config.json", "head"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class StoredHead:
    """Which head it is, its plain facts (JSON), and its numbers by name, in single or half precision."""

    name: str
    facts: Mapping[str, Any]
    tensors: Mapping[str, Vectors | NDArray[np.float16]]

    def write(self, folder: Path) -> None:
        """Write a complete folder, or nothing. The same head gives the same bytes."""
        config = {"format": _FORMAT, "head": self.name, **self.facts}
        with replaced_folder(folder) as draft:
            (draft / _CONFIG).write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")
            arrays = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in self.tensors.items()}
            save_tensors(draft, _TENSORS, arrays)
            write_manifest(draft)

    @classmethod
    def read(cls, folder: Path, name: str) -> StoredHead:
        """Verify and read a head of this name. Raises CheckpointError that names the file or the number at fault."""
        verify_manifest(folder)
        if _CONFIG not in read_manifest(folder):
            raise CheckpointError(f"the head in {folder} is incomplete: its manifest does not list {_CONFIG}")
        try:
            facts = read_object(folder / _CONFIG)
        except (OSError, ValueError) as error:
            raise CheckpointError(f"the head in {folder} has an unusable {_CONFIG}: {error}") from None
        if (facts.get("format"), facts.get("head")) != (_FORMAT, name):
            raise CheckpointError(f"the head in {folder} is not {name} of format {_FORMAT}: fit it again")
        return cls(name, facts, {key: tensor.numpy() for key, tensor in read_tensors(folder, _TENSORS).items()})

    def take(self, name: str, shape: tuple[int, ...]) -> Vectors:
        """Return the numbers of a name. Raises ValueError unless they are there, finite, and of this shape."""
        if name not in self.tensors:
            raise ValueError(f"{name} is missing")
        found = self.tensors[name]
        if found.shape != shape or found.dtype.name not in ("float16", "float32") or not np.isfinite(found).all():
            raise ValueError(f"{name} is not {shape} finite numbers")
        return found.astype(np.float32)
