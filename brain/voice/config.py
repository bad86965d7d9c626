"""ModelConfig: the numbers that rebuild a network exactly."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Annotated, Any, Literal

from brain.checked import Range, check_values
from brain.errors import ConfigError

Mixing = Literal["lstm", "gru", "self-attention"]
AttentionKind = Literal["additive", "multiplicative", "multi-head"]


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Sizes and kinds of a Seq2Seq. `encoder` and `decoder` say how a layer mixes positions."""

    vocab_size: Annotated[int, Range(4, 1 << 20)]
    embedding_dim: Annotated[int, Range(2, 1 << 14)] = 384
    feedforward_dim: Annotated[int, Range(1, 1 << 16)] = 1024
    encoder: Mixing = "lstm"
    encoder_layers: Annotated[int, Range(1, 64)] = 2
    decoder: Mixing = "lstm"
    decoder_layers: Annotated[int, Range(1, 64)] = 2
    attention: AttentionKind = "multi-head"
    num_heads: Annotated[int, Range(1, 256)] = 6
    copies: bool = True
    """May take words straight from its sources (See et al. 2017, §2.2)."""
    dropout: Annotated[float, Range(0, 0.99)] = 0.1
    exemplars: Annotated[int, Range(0, 64)] = 0
    """How many replies to similar messages are sources: retrieve and refine (Weston et al. 2018)."""
    max_turns: Annotated[int, Range(1, 64)] = 5
    """How many recent turns are sources."""
    max_length: Annotated[int, Range(2, 1 << 12)] = 64
    """Longest source line and longest reply, in tokens."""

    def __post_init__(self) -> None:
        check_values(self, "model.")
        if self.embedding_dim % self.num_heads or self.embedding_dim % 2:
            raise ConfigError(f"model.embedding_dim {self.embedding_dim} must be even and divisible by num_heads")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ModelConfig:
        """Build from a parsed file. Raises ConfigError that names an unknown or missing key."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(values) - known):
            raise ConfigError(
                f"unknown model setting {reprlib.repr(unknown[0])}: use one of {', '.join(sorted(known))}"
            )
        if "vocab_size" not in values:
            raise ConfigError("model setting 'vocab_size' is missing")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return asdict(self)
