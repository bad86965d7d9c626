"""The decoder: what was written so far and the memory of all sources to the state that predicts the next token."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from brain.voice.attention import Memory, build_attention
from brain.voice.config import ModelConfig
from brain.voice.encoder import FeedForward
from brain.voice.mixers import State, build_writer


@dataclass(frozen=True, slots=True)
class DecoderState:
    """How far writing has come: the mixers' states, a layer each, and the number of tokens written."""

    layers: tuple[State, ...]
    length: int

    def select(self, rows: Tensor) -> DecoderState:
        """Keep these rows of the batch, in this order; rows: [B'] of int."""
        return DecoderState(tuple(tuple(part[rows] for part in layer) for layer in self.layers), self.length)


class DecoderLayer(nn.Module):
    """x + mix(x), x + attention(x over memory), x + feed-forward(x), each on normalised input."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.mix_norm = nn.LayerNorm(config.embedding_dim)
        self.mixer = build_writer(config.decoder, config.embedding_dim, config.num_heads)
        self.attention_norm = nn.LayerNorm(config.embedding_dim)
        self.attention = build_attention(config.attention, config.embedding_dim, config.num_heads)
        self.feedforward = FeedForward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, memory: Memory, state: State | None) -> tuple[Tensor, State]:
        """[B, T, D] → [B, T, D] and the mixer's state after it."""
        mixed, after = self.mixer(self.mix_norm(x), state)
        x = x + self.dropout(mixed)
        x = x + self.dropout(self.attention(self.attention_norm(x), memory))
        return x + self.feedforward(x), after


class Decoder(nn.Module):
    """A stack of DecoderLayers with a norm on top."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.norm = nn.LayerNorm(config.embedding_dim)

    def project(self, states: Tensor, mask: Tensor) -> tuple[Memory, ...]:
        """Prepare source states [B, M, D] with mask [B, M] for each layer's attention."""
        return tuple(layer.attention.project(states, mask) for layer in self.layers)  # pyright: ignore

    def forward(
        self, x: Tensor, memories: tuple[Memory, ...], state: DecoderState | None
    ) -> tuple[Tensor, DecoderState]:
        """Go on from `state` with embedded tokens x [B, T, D]; return [B, T, D] and the state after it."""
        after: list[State] = []
        for index, (layer, memory) in enumerate(zip(self.layers, memories, strict=True)):
            x, layer_state = layer(x, memory, state.layers[index] if state else None)
            after.append(layer_state)
        length = (state.length if state else 0) + x.shape[1]
        return self.norm(x), DecoderState(tuple(after), length)
