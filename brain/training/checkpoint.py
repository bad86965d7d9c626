"""Checkpoints: a folder with weights, tokenizer, configuration, metrics and card, signed by a manifest.

Weights are safetensors, in half precision and in pieces of at most 16 MiB (a single larger tensor has its own). Nothing
is ever unpickled. Loading is strict: a name or a shape that does not fit is refused before any model is built.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from brain.errors import BrainError, CheckpointError
from brain.text.sources import num_kinds
from brain.text.tokenizer import Tokenizer
from brain.training.folders import replaced_folder
from brain.training.json_file import read_object
from brain.training.manifest import read_manifest, verify_manifest, write_manifest
from brain.voice.config import ModelConfig
from brain.voice.seq2seq import Seq2Seq

_PIECE_BYTES = 15 << 20
_CONFIG, _TOKENIZER, _METRICS, _CARD = "config.json", "tokenizer.json", "metrics.json", "card.md"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a folder holds: a network and its tokenizer."""

    model: Seq2Seq
    tokenizer: Tokenizer


def save_checkpoint(folder: Path, checkpoint: Checkpoint, metrics: Mapping[str, Any], card: str) -> None:
    """Write a complete checkpoint, or nothing: an unfinished folder never bears the final name."""
    with replaced_folder(folder) as draft:
        (draft / _CONFIG).write_text(json.dumps(checkpoint.model.config.to_dict(), indent=2) + "\n", "utf-8")
        (draft / _METRICS).write_text(json.dumps(metrics, indent=2) + "\n", "utf-8")
        (draft / _CARD).write_text(card, "utf-8")
        checkpoint.tokenizer.save(draft / _TOKENIZER)
        save_tensors(draft, "model", {name: tensor.half() for name, tensor in checkpoint.model.state_dict().items()})
        write_manifest(draft)


def load_checkpoint(folder: Path) -> Checkpoint:
    """Verify a checkpoint and build its model (float32, evaluation mode). Raises CheckpointError."""
    verify_manifest(folder)
    for name in (_CONFIG, _TOKENIZER, "model-00001.safetensors"):
        if name not in read_manifest(folder):
            raise CheckpointError(f"the model in {folder} is incomplete: its manifest does not list {name}")
    try:
        config = ModelConfig.from_dict(read_object(folder / _CONFIG))
    except (OSError, ValueError, BrainError) as error:
        raise CheckpointError(f"the model in {folder} has an unusable {_CONFIG}: {error}") from None
    tokenizer = Tokenizer.load(folder / _TOKENIZER)
    if tokenizer.vocab_size > config.vocab_size:
        raise CheckpointError(
            f"the model in {folder} does not fit its tokenizer: {tokenizer.vocab_size} ids for {config.vocab_size} rows"
        )
    weights = {name: tensor.float() for name, tensor in read_tensors(folder, "model").items()}
    model = build_model(config, weights, str(folder))
    return Checkpoint(model, tokenizer)


def build_model(config: ModelConfig, weights: Mapping[str, Tensor], where: str) -> Seq2Seq:
    """Rebuild a network around given weights. Raises CheckpointError naming what does not fit."""
    _check_shapes(_shapes_that_tell_its_size(config), weights, where)
    with _no_initialisation():
        model = Seq2Seq(config)
    expected = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    if unknown := sorted(weights.keys() - expected.keys()):
        raise CheckpointError(f"the model in {where} has weights {unknown[0]} that its configuration does not know")
    _check_shapes(expected, weights, where)
    model.load_state_dict(weights, assign=True)
    return model.eval()


def _check_shapes(expected: Mapping[str, tuple[int, ...]], weights: Mapping[str, Tensor], where: str) -> None:
    for name, shape in expected.items():
        if name not in weights:
            raise CheckpointError(f"the model in {where} lacks the weights {name}")
        if shape != tuple(weights[name].shape):
            raise CheckpointError(f"the model in {where} has {name} of shape {tuple(weights[name].shape)}, not {shape}")


def _shapes_that_tell_its_size(config: ModelConfig) -> dict[str, tuple[int, ...]]:
    """What to compare before memory is taken for a network: its configuration may be a mistake, or worse."""
    dim = config.embedding_dim
    return {
        "embedding.weight": (config.vocab_size, dim),
        "kind_embedding.weight": (num_kinds(config.max_turns), dim),
        "encoder.layers.0.feedforward.layers.1.weight": (config.feedforward_dim, dim),
        f"encoder.layers.{config.encoder_layers - 1}.mix_norm.weight": (dim,),
        f"decoder.layers.{config.decoder_layers - 1}.mix_norm.weight": (dim,),
    }


def rebuild(model: Seq2Seq, changes: Mapping[str, Any]) -> Seq2Seq:
    """Return the same weights under a changed configuration, for changes that no weight depends on.

    Raises ConfigError for an unknown setting and CheckpointError for one that would need other weights.
    """
    config = ModelConfig.from_dict({**model.config.to_dict(), **changes})
    return build_model(config, model.state_dict(), "the checkpoint to start from")


def read_tensors(folder: Path, stem: str) -> dict[str, Tensor]:
    """Read all pieces `stem-*.safetensors` of a verified folder. Raises CheckpointError."""
    tensors: dict[str, Tensor] = {}
    for piece in sorted(folder.glob(f"{stem}-*.safetensors")):
        try:
            tensors.update(load_file(piece))
        except (SafetensorError, OSError, ValueError) as error:
            raise CheckpointError(f"{piece} is not a file of tensors: {error}") from None
    return tensors


def save_tensors(folder: Path, stem: str, tensors: Mapping[str, Tensor], piece_bytes: int = _PIECE_BYTES) -> None:
    """Write tensors into pieces `stem-00001.safetensors`, ...: as many tensors each as fit piece_bytes."""
    pieces: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, tensor in tensors.items():
        if pieces[-1] and size + tensor.nbytes > piece_bytes:
            pieces.append({})
            size = 0
        pieces[-1][name] = tensor.detach().contiguous()
        size += tensor.nbytes
    for number, piece in enumerate(pieces, start=1):
        save_file(piece, folder / f"{stem}-{number:05}.safetensors")


@contextmanager
def _no_initialisation() -> Generator[None]:
    """Skip random initialisation of a network whose weights come from a file: it takes longer than loading them."""

    class Skip(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if getattr(func, "__module__", None) == "torch.nn.init":
                return (kwargs or {}).get("tensor", args[0] if args else None)
            return func(*args, **(kwargs or {}))

    with Skip():
        yield
