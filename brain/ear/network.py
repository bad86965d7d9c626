"""EarNetwork: a BERT encoder (Devlin et al. 2019), token states and one unit vector a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from brain.ear.config import EarConfig

PARTS = 5
"""Vectors of an impression."""
_EPSILON = 1e-12
Part = Callable[[int, int], nn.Module]
"""Makes a linear layer or an embedding of two sizes."""


class EarNetwork(nn.Module):
    """Embeddings, then layers of self-attention and feed-forward, each followed by its norm (post-norm)."""

    def __init__(self, config: EarConfig, linear: Part = nn.Linear, embedding: Part = nn.Embedding) -> None:
        super().__init__()
        self.config = config
        self.words = embedding(config.vocab_size, config.hidden_size)
        self.positions = nn.Embedding(config.max_length, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=_EPSILON)
        self.layers = nn.ModuleList(EarLayer(config, linear) for _ in range(config.num_layers))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Read ids [B, T] where mask [B, T] is true; return token states [B, T, hidden_size]."""
        return self.depths(ids, mask)[-1]

    def depths(self, ids: Tensor, mask: Tensor) -> list[Tensor]:
        """Read as `forward` does; return the token states before the first layer and after each."""
        found = [self.norm(self.words(ids) + self.positions.weight[: ids.shape[1]])]
        seen = None if bool(mask.all()) else mask[:, None, None, :]  # [B, heads, queries, keys]
        for layer in self.layers:
            found.append(layer(found[-1], seen))
        return found


class EarLayer(nn.Module):
    """One layer. Query, key and value come from one product of the width 3 * hidden_size."""

    def __init__(self, config: EarConfig, linear: Part = nn.Linear) -> None:
        super().__init__()
        size = config.hidden_size
        self.num_heads = config.num_heads
        self.query_key_value = linear(size, 3 * size)
        self.attended = linear(size, size)
        self.attention_norm = nn.LayerNorm(size, eps=_EPSILON)
        self.widen = linear(size, config.feedforward_size)
        self.narrow = linear(config.feedforward_size, size)
        self.feedforward_norm = nn.LayerNorm(size, eps=_EPSILON)

    def forward(self, states: Tensor, seen: Tensor | None) -> Tensor:
        """Map states [B, T, size] to states of the same shape; `seen` [B, 1, 1, T] is false at padding."""
        batch, length, size = states.shape
        heads = self.query_key_value(states).view(batch, length, 3, self.num_heads, size // self.num_heads)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        mixed = mixed.transpose(1, 2).reshape(batch, length, size)
        states = self.attention_norm(states + self.attended(mixed))
        return self.feedforward_norm(states + self.narrow(F.gelu(self.widen(states))))


def sentence_vectors(states: Tensor, mask: Tensor) -> Tensor:
    """Return unit vectors [B, size]: the mean of each text's token states (Reimers & Gurevych 2019, §3)."""
    kept = mask.unsqueeze(-1).to(states.dtype)
    return F.normalize((states * kept).sum(1) / kept.sum(1).clamp(min=1), dim=-1)


def impressions(depths: Sequence[Tensor], mask: Tensor) -> Tensor:
    """Return [B, 5 * size], five unit vectors a text: the sentence vector; the means of the words as yet unread, half
    read and all but read; and the largest state of each unit. Deep states say what is meant, early ones in which words.
    """
    half, almost = len(depths) // 2, max(len(depths) - 2, 0)
    means = [sentence_vectors(depths[place], mask) for place in (-1, 0, half, almost)]
    largest = depths[-1].masked_fill(~mask.unsqueeze(-1), float("-inf")).amax(1)
    return torch.cat([*means, F.normalize(largest, dim=-1)], dim=-1)


def pad(rows: Sequence[Sequence[int]], padding: int) -> tuple[Tensor, Tensor]:
    """Return ids [B, T] and mask [B, T] of rows of ids."""
    length = max(map(len, rows))
    ids = torch.tensor([[*row, *[padding] * (length - len(row))] for row in rows])
    return ids, torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows]).bool()
