"""LineReader: source lines through the encoder, each once while it is in use."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from brain.text.batches import pad_sources
from brain.text.sources import SourceLine
from brain.text.tokenizer import Tokenizer
from brain.voice.seq2seq import Fused, Seq2Seq

_CACHED_TOKENS = 1 << 16
"""At a width of 384 these take 100 MB."""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A source line as the encoder left it: ids and states [S, D]."""

    ids: tuple[int, ...]
    states: Tensor


class LineReader:
    """Reads lines and keeps those used last, up to a number of tokens. Not for two threads at once."""

    def __init__(self, model: Seq2Seq, tokenizer: Tokenizer, cached_tokens: int = _CACHED_TOKENS) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.cached_tokens = cached_tokens
        self._lines: OrderedDict[str, ReadLine] = OrderedDict()
        self._held = 0

    def fuse(self, lines: Sequence[SourceLine]) -> Fused:
        """Return the sources of one reply, B = 1."""
        read = [self.read(line.text) for line in lines]
        ids = [token for line in read for token in line.ids]
        kinds = [kind for line, source in zip(read, lines, strict=True) for kind in [source.kind] * len(line.ids)]
        sources = pad_sources([(range(len(ids)), kinds, ids)]).to(self.model.device)
        return self.model.fuse(torch.cat([line.states for line in read]), sources)

    def read(self, text: str) -> ReadLine:
        """Encode a line, or give back what was read before. A line over max_length keeps its end, as in training."""
        if text not in self._lines:
            ids = self.tokenizer.encode(text)[-self.model.config.max_length :]
            device = self.model.device
            states = self.model.encode(torch.tensor([ids], device=device), torch.tensor([len(ids)], device=device))[0]
            self._lines[text] = ReadLine(tuple(ids), states)
            self._held += len(ids)
        self._lines.move_to_end(text)
        line = self._lines[text]
        while self._held > self.cached_tokens:
            self._held -= len(self._lines.popitem(last=False)[1].ids)
        return line
