"""Attention from a query over a memory, three ways with one face: additive, multiplicative and multi-head.

A memory is projected once (`project`) and the result travels with the request; a module holds no state between calls,
so that two conversations can share it. Padding is always masked.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from brain.voice.config import AttentionKind


@dataclass(frozen=True, slots=True)
class Memory:
    """What is attended to, projected: keys and values, and a mask that is True where there is something.

    Shapes: keys and values [B, M, D], or [B, H, M, D/H] for multi-head; mask [B, M].
    """

    keys: Tensor
    values: Tensor
    mask: Tensor

    def select(self, rows: Tensor) -> Memory:
        """Keep these rows of the batch, in this order; rows: [B'] of int."""
        return Memory(self.keys[rows], self.values[rows], self.mask[rows])


class Attention(nn.Module, ABC):
    """Base of the three: `project` a memory once, then call with queries."""

    @abstractmethod
    def project(self, states: Tensor, mask: Tensor) -> Memory:
        """Prepare encoder states [B, M, D] with mask [B, M] to be attended to."""

    @abstractmethod
    def forward(self, query: Tensor, memory: Memory) -> Tensor:
        """Return the contexts [B, T, D] of queries [B, T, D]."""


class AdditiveAttention(Attention):
    """score = v · tanh(W q + U k) (Bahdanau et al. 2015, §A.1.2)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim, bias=False)
        self.score = nn.Linear(dim, 1, bias=False)

    def project(self, states: Tensor, mask: Tensor) -> Memory:
        """Apply U once for all steps."""
        return Memory(self.key(states), states, mask)

    def forward(self, query: Tensor, memory: Memory) -> Tensor:
        """[B, T, D] → [B, T, D]."""
        energy = torch.tanh(self.query(query).unsqueeze(2) + memory.keys.unsqueeze(1))  # [B, T, M, D]
        weights = masked_softmax(self.score(energy).squeeze(-1), memory.mask)
        return weights.to(memory.values.dtype) @ memory.values


class MultiplicativeAttention(Attention):
    """score = q · W k ("general", Luong et al. 2015, §3.1), divided by √D to keep the softmax soft at the start."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.key = nn.Linear(dim, dim, bias=False)
        self.scale = 1 / math.sqrt(dim)

    def project(self, states: Tensor, mask: Tensor) -> Memory:
        """Apply W once for all steps."""
        return Memory(self.key(states), states, mask)

    def weights(self, query: Tensor, memory: Memory) -> Tensor:
        """Return how much each position is attended to: [B, T, M], float, rows sum to 1."""
        return masked_softmax(query @ memory.keys.transpose(1, 2) * self.scale, memory.mask)

    def forward(self, query: Tensor, memory: Memory) -> Tensor:
        """[B, T, D] → [B, T, D]."""
        weights = self.weights(query, memory)
        return weights.to(memory.values.dtype) @ memory.values


class MultiHeadAttention(Attention):
    """Scaled dot-product attention in parallel subspaces (Vaswani et al. 2017, §3.2)."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query = nn.Linear(dim, dim)
        self.key_value = nn.Linear(dim, 2 * dim)
        self.out = nn.Linear(dim, dim)

    def project(self, states: Tensor, mask: Tensor) -> Memory:
        """Split keys and values into heads: [B, H, M, D/H]."""
        keys, values = self.key_value(states).chunk(2, dim=-1)
        return Memory(self._split(keys), self._split(values), mask)

    def forward(self, query: Tensor, memory: Memory) -> Tensor:
        """[B, T, D] → [B, T, D]."""
        mask = memory.mask[:, None, None, :]
        heads = F.scaled_dot_product_attention(self._split(self.query(query)), memory.keys, memory.values, mask)
        return self.out(heads.transpose(1, 2).flatten(2))

    def _split(self, states: Tensor) -> Tensor:
        return states.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)


def masked_softmax(scores: Tensor, mask: Tensor) -> Tensor:
    """Softmax over the last axis of scores [B, T, M] where mask [B, M] is True; computed in float32."""
    return torch.softmax(scores.float().masked_fill(~mask[:, None, :], -torch.inf), dim=-1)


def build_attention(kind: AttentionKind, dim: int, num_heads: int) -> Attention:
    """Return the attention a configuration names."""
    if kind == "additive":
        return AdditiveAttention(dim)
    if kind == "multiplicative":
        return MultiplicativeAttention(dim)
    return MultiHeadAttention(dim, num_heads)
