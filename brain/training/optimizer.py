"""The optimiser of a run and its learning rate."""

from __future__ import annotations

import math

import torch

from brain.training.settings import Schedule
from brain.voice.seq2seq import Seq2Seq


def build_optimizer(model: Seq2Seq, schedule: Schedule) -> torch.optim.AdamW:
    """AdamW (Loshchilov & Hutter 2019); second moments decay faster than usual since runs are short."""
    return torch.optim.AdamW(
        model.parameters(),
        lr=schedule.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=schedule.weight_decay,
        fused=True,
    )


def learning_rate(step: int, schedule: Schedule) -> float:
    """Linear warm-up, then half a cosine to zero (Loshchilov & Hutter 2017, §3)."""
    if step < schedule.warmup_steps:
        return schedule.learning_rate * (step + 1) / schedule.warmup_steps
    done = (step - schedule.warmup_steps) / max(1, schedule.steps - schedule.warmup_steps)
    return schedule.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
