"""ModelConfig: the numbers that rebuild a network exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from brain.errors import ConfigError

Mixing = Literal["lstm", "gru", "self-attention"]
AttentionKind = Literal["additive", "multiplicative", "multi-head"]


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Sizes and kinds of a Seq2Seq. `encoder` and `decoder` say how a layer mixes positions."""

    vocab_size: int
    embedding_dim: int = 384
    feedforward_dim: int = 1024
    encoder: Mixing = "lstm"
    encoder_layers: int = 2
    decoder: Mixing = "lstm"
    decoder_layers: int = 2
    attention: AttentionKind = "multi-head"
    num_heads: int = 6
    copies: bool = True
    """May take words straight from its sources (See et al. 2017, §2.2)."""
    dropout: float = 0.1
    exemplars: int = 0
    """How many replies to similar messages are sources: retrieve and refine (Weston et al. 2018)."""
    max_turns: int = 5
    """How many recent turns are sources."""
    max_length: int = 64
    """Longest source line and longest reply, in tokens."""

    def __post_init__(self) -> None:
        for name, kind in (("encoder", Mixing), ("decoder", Mixing), ("attention", AttentionKind)):
            if getattr(self, name) not in get_args(kind):
                raise ConfigError(f"model.{name} is {getattr(self, name)!r}: use one of {', '.join(get_args(kind))}")
        if self.embedding_dim % self.num_heads or self.embedding_dim % 2:
            raise ConfigError(f"model.embedding_dim {self.embedding_dim} must be even and divisible by num_heads")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ModelConfig:
        """Build from a parsed file. Raises ConfigError that names an unknown or missing key."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ConfigError(f"unknown model setting {unknown[0]!r}: use one of {', '.join(sorted(known))}")
        if "vocab_size" not in values:
            raise ConfigError("model setting 'vocab_size' is missing")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return asdict(self)
