"""The network: every source line is read alone, and the decoder attends over all of them at once.

Fusion in the decoder (Izacard & Grave 2021): persona lines, facts and recent turns are encoded one by one, so that a
line read once stays read; an embedding of its kind says what a line is, whose, and how long ago. Two more parts:

- the *bridge*: the mean of the latest message, projected, joins every decoder input. Without it a small network learns
  to ignore what was said (measured: shuffling the history then changes nothing);
- *copying* (See et al. 2017, §2.2): p(w) = (1 - g) softmax(logits)[w] + g Σ attention on the places where w stands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from brain.text.batches import Batch, Sources, Targets
from brain.text.sources import LATEST, num_kinds
from brain.text.tokenizer import PAD
from brain.voice.attention import Memory, MultiplicativeAttention
from brain.voice.config import ModelConfig
from brain.voice.decoder import Decoder, DecoderState
from brain.voice.encoder import Encoder
from brain.voice.mixers import sinusoids
from brain.voice.output_loss import output_log_probs
from brain.voice.precision import compute_dtype

_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Fused:
    """All sources of B replies, ready to be attended to.

    ids: [B, M] token ids; summary: [B, D] of the latest message; layers: one Memory a decoder layer; copy: the Memory
    that copying attends to, where the model copies.
    """

    ids: Tensor
    summary: Tensor
    layers: tuple[Memory, ...]
    copy: Memory | None

    def select(self, rows: Tensor) -> Fused:
        """Keep these rows of the batch, in this order; rows: [B'] of int."""
        return Fused(
            self.ids[rows],
            self.summary[rows],
            tuple(memory.select(rows) for memory in self.layers),
            self.copy and self.copy.select(rows),
        )


class Seq2Seq(nn.Module):
    """Encoder, fusion, decoder and a tied output layer (Press & Wolf 2017)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        dim = config.embedding_dim
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, dim, padding_idx=PAD)
        self.kind_embedding = nn.Embedding(num_kinds(config.max_turns), dim)
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = Encoder(config)
        self.bridge = nn.Linear(dim, dim)
        self.decoder = Decoder(config)
        self.output_bias = nn.Parameter(torch.zeros(config.vocab_size))
        if config.copies:
            self.copy_attention = MultiplicativeAttention(dim)
            self.copy_gate = nn.Linear(dim, 1)
            nn.init.constant_(self.copy_gate.bias, -2.0)  # begin with writing: g ≈ 0.12
        nn.init.normal_(self.embedding.weight, std=dim**-0.5)
        nn.init.normal_(self.kind_embedding.weight, std=0.1)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.output_bias.device

    def encode(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        """Read source lines: tokens [N, S], of which the first lengths [N] count → states [N, S, D]."""
        return self.encoder(self._embed(tokens, 0, self.config.encoder == "self-attention"), lengths)

    def fuse(self, states: Tensor, sources: Sources) -> Fused:
        """Join encoded lines: states [L, D] of all tokens of all lines in a row, picked by `sources` → Fused."""
        dtype = compute_dtype(states)
        kinds = self.kind_embedding.weight.to(dtype)[sources.kinds]
        picked = states.to(dtype)[sources.index] + kinds  # [B, M, D], the largest tensor of a step
        latest = (sources.kinds == LATEST).unsqueeze(-1)
        summary = (picked * latest).sum(1) / latest.sum(1).clamp(min=1)
        copy = self.copy_attention.project(picked, sources.mask) if self.config.copies else None
        return Fused(sources.ids, summary, self.decoder.project(picked, sources.mask), copy)

    def decode(self, tokens: Tensor, fused: Fused, state: DecoderState | None = None) -> tuple[Tensor, DecoderState]:
        """Write on: tokens [B, T] follow what `state` holds → hidden [B, T, D] and the state after them."""
        x = self._embed(tokens, state.length if state else 0, self.config.decoder == "self-attention")
        return self.decoder(x + self.bridge(fused.summary).unsqueeze(1), fused.layers, state)

    def log_probs(self, hidden: Tensor, fused: Fused) -> Tensor:
        """Return log p(next token), hidden [B, T, D] → float [B, T, V]."""
        written = torch.log_softmax(self._logits(hidden).float(), dim=-1)
        if fused.copy is None:
            return written
        gate = torch.sigmoid(self.copy_gate(hidden).float())
        weights = self.copy_attention.weights(hidden, fused.copy)
        copied = torch.zeros_like(written).scatter_add_(2, fused.ids[:, None, :].expand_as(weights), weights)
        return torch.log((1 - gate) * written.exp() + gate * copied + _TINY)

    def target_log_probs(self, hidden: Tensor, fused: Fused, targets: Tensor) -> Tensor:
        """Return log p of targets [B, T], float [B, T], without building the mixture over the whole vocabulary."""
        written = output_log_probs(hidden, self.embedding.weight, self.output_bias, targets)
        if fused.copy is None:
            return written
        gate = self.copy_gate(hidden).float().squeeze(-1)
        matches = fused.ids[:, None, :] == targets[:, :, None]
        copied = (self.copy_attention.weights(hidden, fused.copy) * matches).sum(-1)
        return torch.logaddexp(F.logsigmoid(-gate) + written, F.logsigmoid(gate) + torch.log(copied + _TINY))

    def forward(self, batch: Batch) -> Tensor:
        """Return the summed negative log likelihood of all target tokens of a batch, teacher-forced."""
        states = self.encode_batch(batch)
        losses = [-self.score(targets, states).sum() for targets in batch.targets]
        return torch.stack(losses).sum()

    def encode_batch(self, batch: Batch) -> Tensor:
        """Read all lines of a batch; return their tokens' states in a row, [L, D]."""
        chunks: list[Tensor] = []
        for lines in batch.lines:
            states = self.encode(lines.tokens, lines.lengths)
            chunks.append(states[lines.mask])
        return torch.cat(chunks)

    def score(self, targets: Targets, states: Tensor) -> Tensor:
        """Return the log likelihood of each target token, [B, T]; 0 where there is padding."""
        fused = self.fuse(states, targets.sources)
        hidden, _ = self.decode(targets.inputs, fused)
        return self.target_log_probs(hidden, fused, targets.outputs) * (targets.outputs != PAD)

    def _embed(self, tokens: Tensor, start: int, positions: bool) -> Tensor:
        x = self.embedding(tokens) * math.sqrt(self.config.embedding_dim)
        if positions:
            x = x + sinusoids(start, tokens.shape[1], self.config.embedding_dim).to(x)
        return self.dropout(x)

    def _logits(self, hidden: Tensor) -> Tensor:
        return F.linear(hidden, self.embedding.weight, self.output_bias)
