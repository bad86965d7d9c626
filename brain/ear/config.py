"""EarConfig: all that is needed to rebuild an ear's network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from brain.checked import Count, check_values
from brain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class EarConfig:
    """Sizes of a BERT encoder (Devlin et al. 2019, §3). The defaults are MiniLM-L6's (Wang et al. 2020)."""

    vocab_size: Count
    hidden_size: Count = 384
    num_layers: Count = 6
    num_heads: Count = 12
    feedforward_size: Count = 1536
    max_length: Count = 128
    """Longest text in tokens; of a longer one the end is read."""
    row_size: Count = 192
    """The first so many numbers of a vector are a shorter vector of the same meaning (Kusupati et al. 2022)."""

    def __post_init__(self) -> None:
        check_values(self, "ear.")
        if self.hidden_size % self.num_heads:
            raise ConfigError(f"ear.hidden_size {self.hidden_size} does not divide into {self.num_heads} heads")
        if self.row_size > self.hidden_size:
            raise ConfigError(f"ear.row_size {self.row_size} is more than ear.hidden_size {self.hidden_size}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for config.json."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> EarConfig:
        """Build from config.json. Raises ConfigError for an unknown or missing key or a value that does not fit."""
        if unknown := sorted(values.keys() - {field.name for field in fields(cls)}):
            raise ConfigError(f"ear.{unknown[0]} is not a setting of an ear")
        try:
            return cls(**values)
        except TypeError:
            raise ConfigError("the ear's configuration lacks vocab_size") from None
