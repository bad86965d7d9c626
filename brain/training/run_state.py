"""What a training run needs to go on exactly where it was killed: weights, optimiser, random state, history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from brain.errors import CheckpointError
from brain.training.checkpoint import read_tensors, save_tensors
from brain.training.folders import replaced_folder
from brain.training.json_file import read_object
from brain.training.manifest import verify_manifest, write_manifest

_PROGRESS = "progress.json"
_UNLIMITED = 1 << 40


@dataclass(slots=True)
class Progress:
    """How far a run has come. Losses are nats a target token."""

    step: int = 0
    best_step: int = 0
    best_loss: float = float("inf")
    seconds: float = 0.0
    train_losses: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    valid_losses: list[tuple[int, float]] = field(default_factory=list[tuple[int, float]])
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    """What decided the order of the data; empty in states saved before it was kept."""


def save_run_state(
    folder: Path, progress: Progress, weights: Mapping[str, Tensor], optimizer: torch.optim.Optimizer
) -> None:
    """Replace the saved state of a run by its present one, all or nothing."""
    with replaced_folder(folder) as draft:
        save_tensors(draft, "weights", weights, _UNLIMITED)
        save_tensors(draft, "optimizer", _optimizer_tensors(optimizer), _UNLIMITED)
        save_tensors(draft, "random", _random_state(), _UNLIMITED)
        (draft / _PROGRESS).write_text(json.dumps(asdict(progress)), "utf-8")
        write_manifest(draft)


def load_run_state(folder: Path, optimizer: torch.optim.Optimizer) -> tuple[Progress, dict[str, Tensor]]:
    """Restore optimiser and random state; return the progress and the weights. Raises CheckpointError."""
    verify_manifest(folder)
    _restore_optimizer(optimizer, read_tensors(folder, "optimizer"))
    random = read_tensors(folder, "random")
    torch.set_rng_state(random["cpu"])
    if "cuda" in random and torch.cuda.is_available():
        torch.cuda.set_rng_state(random["cuda"])
    return _read_progress(folder), read_tensors(folder, "weights")


def _read_progress(folder: Path) -> Progress:
    try:
        content = read_object(folder / _PROGRESS)
        for name in ("train_losses", "valid_losses"):
            content[name] = [(int(step), float(loss)) for step, loss in content[name]]
        return Progress(**content)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"the run saved in {folder} has an unusable {_PROGRESS}: {error}") from None


def _random_state() -> dict[str, Tensor]:
    cuda = {"cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else {}
    return {"cpu": torch.get_rng_state(), **cuda}


def _optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    state: dict[int, dict[str, Tensor]] = optimizer.state_dict()["state"]
    return {f"{number}.{name}": tensor for number, slots in state.items() for name, tensor in slots.items()}


def _restore_optimizer(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        number, name = key.split(".")
        state.setdefault(int(number), {})[name] = tensor
    content: dict[str, Any] = optimizer.state_dict()
    if len(state) != sum(len(group["params"]) for group in content["param_groups"]):
        raise CheckpointError("the saved optimiser does not fit this network: remove the run's folder to begin anew")
    optimizer.load_state_dict({"state": state, "param_groups": content["param_groups"]})
