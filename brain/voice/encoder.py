"""The encoder: one source line (a persona sentence, a fact, a turn) to one state a token. Each line is read alone."""

from __future__ import annotations

from torch import Tensor, nn

from brain.voice.config import ModelConfig
from brain.voice.mixers import build_reader


class EncoderLayer(nn.Module):
    """x + mix(x), then x + feed-forward(x), each on normalised input (pre-norm, Xiong et al. 2020)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.mix_norm = nn.LayerNorm(config.embedding_dim)
        self.mixer = build_reader(config.encoder, config.embedding_dim, config.num_heads)
        self.feedforward = FeedForward(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """[N, S, D] and lengths [N] → [N, S, D]."""
        x = x + self.dropout(self.mixer(self.mix_norm(x), lengths))
        return x + self.feedforward(x)


class FeedForward(nn.Module):
    """dropout(W2 relu(W1 norm(x))) (Vaswani et al. 2017, §3.3)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.LayerNorm(config.embedding_dim),
            nn.Linear(config.embedding_dim, config.feedforward_dim),
            nn.ReLU(),
            nn.Linear(config.feedforward_dim, config.embedding_dim),
            nn.Dropout(config.dropout),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[..., D] → [..., D]."""
        return self.layers(x)


class Encoder(nn.Module):
    """A stack of EncoderLayers with a norm on top."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.norm = nn.LayerNorm(config.embedding_dim)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Embedded tokens [N, S, D], of which the first lengths [N] count → states [N, S, D]."""
        for layer in self.layers:
            x = layer(x, lengths)
        return self.norm(x)
