"""An ear on disk: int8 weights, word pieces, configuration, metrics and card, signed by a manifest like every model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from brain.ear.config import EarConfig
from brain.ear.int8 import full_weights, int8_network, multiplies_bytes, quantised_weights
from brain.ear.network import EarNetwork
from brain.ear.wordpieces import WordPieces
from brain.errors import BrainError, CheckpointError
from brain.training.checkpoint import read_tensors, save_tensors
from brain.training.folders import replaced_folder
from brain.training.json_file import read_object
from brain.training.manifest import verify_manifest, write_manifest

_CONFIG, _PIECES, _METRICS, _CARD = "config.json", "tokenizer.json", "metrics.json", "card.md"
_STEM = "ear"


@dataclass(frozen=True, slots=True)
class Ear:
    """A network and the pieces it reads."""

    network: EarNetwork
    pieces: WordPieces


def save_ear(folder: Path, ear: Ear, metrics: Mapping[str, Any], card: str) -> None:
    """Write a full-precision ear in int8: a complete folder, or nothing."""
    with replaced_folder(folder) as draft:
        (draft / _CONFIG).write_text(json.dumps(ear.network.config.to_dict(), indent=2) + "\n", "utf-8")
        (draft / _METRICS).write_text(json.dumps(metrics, indent=2) + "\n", "utf-8")
        (draft / _CARD).write_text(card, "utf-8")
        ear.pieces.save(draft / _PIECES)
        save_tensors(draft, _STEM, quantised_weights(ear.network))
        write_manifest(draft)


def load_ear(folder: Path, int8: bool | None = None) -> Ear:
    """Verify an ear and build its network, in int8 where byte products pay. Raises CheckpointError."""
    verify_manifest(folder)
    try:
        config = EarConfig.from_dict(read_object(folder / _CONFIG))
    except (OSError, ValueError, BrainError) as error:
        raise CheckpointError(f"the ear in {folder} has an unusable {_CONFIG}: {error}") from None
    pieces = WordPieces.load(folder / _PIECES, config.max_length)
    weights = read_tensors(folder, _STEM)
    if pieces.vocab_size > config.vocab_size:
        raise CheckpointError(f"the ear in {folder} does not fit its tokenizer: {pieces.vocab_size} ids")
    network = int8_network(config)
    _check(network, weights, folder)
    if not (multiplies_bytes() if int8 is None else int8):
        network, weights = EarNetwork(config), full_weights(weights)
    network.load_state_dict(weights, assign=True)
    return Ear(network.eval(), pieces)


def _check(network: EarNetwork, weights: Mapping[str, Tensor], folder: Path) -> None:
    expected = network.state_dict()
    if odd := sorted(expected.keys() ^ weights.keys()):
        raise CheckpointError(f"the ear in {folder} has other weights than its configuration: {odd[0]}")
    for name, tensor in expected.items():
        if tensor.shape != weights[name].shape or tensor.dtype != weights[name].dtype:
            raise CheckpointError(
                f"the ear in {folder} has {name} of shape {tuple(weights[name].shape)}, not {tuple(tensor.shape)}"
            )
