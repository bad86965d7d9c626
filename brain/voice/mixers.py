"""Mixers: the part of a layer in which positions of one sequence hear each other. Recurrent or self-attention."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from brain.voice.config import Mixing

State = tuple[Tensor, ...]
"""What a mixer carries from step to step; every tensor has the batch first."""


class RecurrentReader(nn.Module):
    """A bidirectional LSTM or GRU: half of the width reads forwards, half backwards (Schuster & Paliwal 1997)."""

    def __init__(self, kind: Mixing, dim: int) -> None:
        super().__init__()
        cell = nn.LSTM if kind == "lstm" else nn.GRU
        self.forwards = cell(dim, dim // 2, batch_first=True)
        self.backwards = cell(dim, dim // 2, batch_first=True)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Read x [N, S, D] of which the first lengths [N] positions count; return [N, S, D].

        The backward half runs over each sequence reversed within its length, so that padding stays last and is never
        read before text. That lets whole padded batches go through the fused kernels.
        """
        positions = torch.arange(x.shape[1], device=x.device)
        reverse = (lengths[:, None] - 1 - positions).clamp(min=0).unsqueeze(-1)
        reverse = torch.where(positions[:, None] < lengths[:, None, None], reverse, positions[:, None])
        ahead, _ = self.forwards(x)
        behind, _ = self.backwards(x.gather(1, reverse.expand_as(x)))
        return torch.cat([ahead, behind.gather(1, reverse.expand_as(behind))], dim=-1)


class SelfAttentionReader(nn.Module):
    """Every position of a text sees every other (Vaswani et al. 2017, §3.2.3)."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query_key_value = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Read x [N, S, D] of which the first lengths [N] positions count; return [N, S, D]."""
        query, key, value = _heads(self.query_key_value(x), self.num_heads)
        mask = (torch.arange(x.shape[1], device=x.device) < lengths[:, None])[:, None, None, :]
        return self.out(F.scaled_dot_product_attention(query, key, value, mask).transpose(1, 2).flatten(2))


class RecurrentWriter(nn.Module):
    """An LSTM (Hochreiter & Schmidhuber 1997) or GRU (Cho et al. 2014) over what was written so far."""

    def __init__(self, kind: Mixing, dim: int) -> None:
        super().__init__()
        self.cell = (nn.LSTM if kind == "lstm" else nn.GRU)(dim, dim, batch_first=True)

    def forward(self, x: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Go on from `state` with x [B, T, D]; return [B, T, D] and the state after it ([B, D] each)."""
        if state is not None and x.shape[1] == 1 and not self.training:
            return self._step(x[:, 0], state)
        before = None if state is None else tuple(part.unsqueeze(0).contiguous() for part in state)
        if isinstance(self.cell, nn.LSTM):
            y, after = self.cell(x, before)
            return y, (after[0].squeeze(0), after[1].squeeze(0))
        y, hidden = self.cell(x, None if before is None else before[0])
        return y, (hidden.squeeze(0),)

    def _step(self, x: Tensor, state: State) -> tuple[Tensor, State]:
        """One step by the plain cell: the fused kernel packs its weights anew at every call, which takes longer."""
        of_input, of_hidden, input_bias, hidden_bias = self.cell.parameters()
        if isinstance(self.cell, nn.LSTM):
            hidden, cell = torch.lstm_cell(x, state, of_input, of_hidden, input_bias, hidden_bias)
            return hidden.unsqueeze(1), (hidden, cell)
        hidden = torch.gru_cell(x, state[0], of_input, of_hidden, input_bias, hidden_bias)
        return hidden.unsqueeze(1), (hidden,)


class SelfAttentionWriter(nn.Module):
    """Causal self-attention; the state is the keys and values so far, [B, H, T, D/H] each."""

    def __init__(self, dim: int, num_heads: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query_key_value = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x: Tensor, state: State | None) -> tuple[Tensor, State]:
        """Go on from `state` with x [B, T, D]; return [B, T, D] and the state after it."""
        query, key, value = _heads(self.query_key_value(x), self.num_heads)
        if state is not None:
            key, value = torch.cat([state[0], key], dim=2), torch.cat([state[1], value], dim=2)
        steps, total = query.shape[2], key.shape[2]
        causal = torch.ones(steps, total, dtype=torch.bool, device=x.device).tril(total - steps)
        y = F.scaled_dot_product_attention(query, key, value, causal)
        return self.out(y.transpose(1, 2).flatten(2)), (key, value)


Reader = RecurrentReader | SelfAttentionReader
Writer = RecurrentWriter | SelfAttentionWriter


def build_reader(kind: Mixing, dim: int, num_heads: int) -> Reader:
    """Return the encoder's mixer that a configuration names."""
    return SelfAttentionReader(dim, num_heads) if kind == "self-attention" else RecurrentReader(kind, dim)


def build_writer(kind: Mixing, dim: int, num_heads: int) -> Writer:
    """Return the decoder's mixer that a configuration names."""
    return SelfAttentionWriter(dim, num_heads) if kind == "self-attention" else RecurrentWriter(kind, dim)


def sinusoids(start: int, length: int, dim: int) -> Tensor:
    """Return position signals [length, dim] for positions start... (Vaswani et al. 2017, §3.5)."""
    positions = torch.arange(start, start + length).unsqueeze(1)
    rates = torch.exp(torch.arange(0, dim, 2) * (-math.log(10_000.0) / dim))
    return torch.stack([torch.sin(positions * rates), torch.cos(positions * rates)], dim=-1).flatten(1)


def _heads(projected: Tensor, num_heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """Split [B, T, 3D] into query, key and value of [B, H, T, D/H]."""
    query, key, value = projected.unflatten(-1, (3, num_heads, -1)).permute(2, 0, 3, 1, 4)
    return query, key, value
