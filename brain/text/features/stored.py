"""Features on disk: JSON and safetensors, signed by a manifest as every model is. Nothing is ever unpickled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from brain.errors import CheckpointError
from brain.training.folders import replaced_folder
from brain.training.json_file import read_object
from brain.training.manifest import verify_manifest, write_manifest

_FACTS, _ARRAYS = "features.json", "features.safetensors"


@dataclass(frozen=True, slots=True)
class Stored:
    """What a folder holds: the name of the features, their settings, the term of each column, and arrays by name."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    terms: Sequence[str] = ()
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])

    def write(self, folder: Path) -> None:
        """Write a complete folder, or nothing."""
        facts = {"name": self.name, "settings": dict(self.settings), "terms": list(self.terms)}
        with replaced_folder(folder) as draft:
            (draft / _FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=0) + "\n", "utf-8")
            save_file({name: np.ascontiguousarray(array) for name, array in self.arrays.items()}, draft / _ARRAYS)
            write_manifest(draft)

    @classmethod
    def read(cls, folder: Path, name: str | None = None) -> Stored:
        """Verify and read a folder. Raises CheckpointError, also where its features have another name."""
        verify_manifest(folder)
        stored = cls(**_read_facts(folder / _FACTS), arrays=_read_arrays(folder / _ARRAYS))
        if name not in (None, stored.name):
            raise CheckpointError(f"the features in {folder} are {stored.name!r}, not {name!r}")
        return stored


def _read_facts(path: Path) -> dict[str, Any]:
    try:
        facts = read_object(path)
        if {key: type(value) for key, value in facts.items()} != {"name": str, "settings": dict, "terms": list}:
            raise ValueError("it needs name, settings and terms")
        terms = cast(list[object], facts["terms"])
        if not all(isinstance(term, str) for term in terms) or len(set(terms)) != len(terms):
            raise ValueError("its terms are not distinct words")
        return facts
    except (OSError, ValueError, TypeError) as error:
        raise CheckpointError(f"{path} does not describe features: {error}") from None


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        arrays = load_file(path)
    except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
        raise CheckpointError(f"{path} is not a file of arrays: {error}") from None
    for name, array in arrays.items():
        if array.dtype != np.float32 or not np.isfinite(array).all():
            raise CheckpointError(f"{path} has {name} with other than finite numbers in single precision")
    return arrays
