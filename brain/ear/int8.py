"""Weights in eight bits: a quarter of the size, and a third of the time where the processor multiplies bytes.

A weight row has one scale (symmetric, Jacob et al. 2018, §2.1); what comes in gets one scale a token, as it comes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from brain.ear.config import EarConfig
from brain.ear.network import EarNetwork

_LARGEST = 127.0
_SMALLEST_SCALE = 1e-9


def multiplies_bytes() -> bool:
    """Whether this processor has the instructions that make byte products pay (VNNI)."""
    return bool(torch.cpu._is_vnni_supported())  # pyright: ignore[reportPrivateUsage]


def quantise_rows(values: Tensor) -> tuple[Tensor, Tensor]:
    """Return int8 [N, K] and scales [N] such that int8 * scale is nearest to values [N, K]."""
    scale = values.abs().amax(-1).clamp(min=_SMALLEST_SCALE) / _LARGEST
    return (values / scale[:, None]).round().to(torch.int8), scale


class Int8Linear(nn.Module):
    """A linear layer with int8 weights [out, in] and a scale for each of its outputs."""

    weight: Tensor
    scale: Tensor
    bias: Tensor

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.empty(out_features, in_features, dtype=torch.int8))
        self.register_buffer("scale", torch.empty(out_features))
        self.register_buffer("bias", torch.empty(out_features))

    def forward(self, states: Tensor) -> Tensor:
        """Map states [..., in] to [..., out]."""
        flat = states.reshape(-1, states.shape[-1])
        scale = flat.abs().amax(-1, keepdim=True).clamp_(min=_SMALLEST_SCALE).div_(_LARGEST)
        rounded = (flat / scale).round_().to(torch.int8)
        product = torch._int_mm(rounded, self.weight.t())  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
        out = product.to(states.dtype).mul_(scale).mul_(self.scale).add_(self.bias)
        return out.view(*states.shape[:-1], -1)


class Int8Embedding(nn.Module):
    """An embedding with int8 rows [N, size] and a scale for each row."""

    weight: Tensor
    scale: Tensor

    def __init__(self, num_embeddings: int, embedding_dim: int) -> None:
        super().__init__()
        self.register_buffer("weight", torch.empty(num_embeddings, embedding_dim, dtype=torch.int8))
        self.register_buffer("scale", torch.empty(num_embeddings))

    def forward(self, ids: Tensor) -> Tensor:
        """Map ids [...] to rows [..., size]."""
        return self.weight[ids] * self.scale[ids].unsqueeze(-1)


def quantised_weights(network: EarNetwork) -> dict[str, Tensor]:
    """Return the weights of a full-precision network as an int8 one holds them."""
    weights: dict[str, Tensor] = {}
    matrices = {name for name, part in network.named_modules() if isinstance(part, nn.Linear) or name == "words"}
    for name, value in network.state_dict().items():
        owner, _, kind = name.rpartition(".")
        if owner in matrices and kind == "weight":
            weights[name], weights[f"{owner}.scale"] = quantise_rows(value)
        else:
            weights[name] = value
    return weights


def int8_network(config: EarConfig) -> EarNetwork:
    """Build an empty int8 network."""
    return EarNetwork(config, linear=Int8Linear, embedding=Int8Embedding)


def full_weights(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Undo `quantised_weights`, for a machine where byte products don't pay."""
    scales = {name.removesuffix(".scale"): value for name, value in weights.items() if name.endswith(".scale")}
    return {
        name: value * scales[name.removesuffix(".weight")][:, None] if value.dtype == torch.int8 else value
        for name, value in weights.items()
        if not name.endswith(".scale")
    }
