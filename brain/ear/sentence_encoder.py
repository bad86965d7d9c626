"""SentenceEncoder: what everybody reads with. Text to token states and to one unit vector of its meaning."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from brain.ear.checkpoint import Ear, load_ear
from brain.ear.network import PARTS, impressions, pad, sentence_vectors
from brain.text.cleaning import clean

_BATCH_TOKENS = 1024
_CACHED_TOKENS = 16_384
_FEW = 12
"""So many texts at once are kept, as those of a conversation are; more are somebody's data."""
_LONGEST = 4096
"""Characters of a text that are looked at, from its end."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as read: token states [T, 384] and five unit vectors [5 * 384], the first of which is its meaning."""

    states: Tensor
    impression: np.ndarray

    @property
    def vector(self) -> np.ndarray:
        """The unit vector [384] of the whole."""
        return self.impression[: self.states.shape[1]]


class SentenceEncoder:
    """Reads texts. Lines of a text are turns of a talk, oldest first. Safe to call from several threads."""

    def __init__(self, ear: Ear) -> None:
        self._ear = ear
        self._cache: OrderedDict[str, Reading] = OrderedDict()
        self._cached_tokens = 0
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path) -> SentenceEncoder:
        """Verify and load an ear. Raises CheckpointError."""
        return cls(load_ear(folder))

    @property
    def vector_size(self) -> int:
        """Length of a text's vector."""
        return self._ear.network.config.hidden_size

    @property
    def row_size(self) -> int:
        """Length of the short vectors that memories keep."""
        return self._ear.network.config.row_size

    def read(self, text: str) -> Reading:
        """Return one text as read; what was read lately is not read again."""
        with self._lock:
            if text in self._cache:
                self._cache.move_to_end(text)
                return self._cache[text]
        reading = next(self._read([text]))[1]
        self._keep(text, reading)
        return reading

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return the unit vectors float32 [N, 384] of texts, read in batches of like length."""
        found = np.empty((len(texts), self.vector_size), dtype=np.float32)
        for place, reading in self._readings(texts):
            found[place] = reading.vector
        return found

    def impressions(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 [N, 5 * 384], what `impressions` of the network says."""
        found = np.empty((len(texts), PARTS * self.vector_size), dtype=np.float32)
        for place, reading in self._readings(texts):
            found[place] = reading.impression
        return found

    def row_vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return the short unit vectors float32 [N, row_size] of texts."""
        return shortened(self.vectors(texts), self.row_size)

    def word_vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 [N, 384]: of each text the mean of its pieces' embeddings, unread, as unit vector or zeros."""
        rows = self._ear.pieces.encode_all([clean(text[-_LONGEST:]) for text in texts])
        found = np.empty((len(texts), self.vector_size), dtype=np.float32)
        for places in _by_length([len(row) for row in rows]):
            ids, mask = pad([rows[place] for place in places], self._ear.pieces.padding)
            with torch.inference_mode():  # the first piece and the last are begin and separator, no words
                found[places] = sentence_vectors(self._ear.network.words(ids[:, 1:-1]), mask[:, 2:]).numpy()
        return found

    def _readings(self, texts: Sequence[str]) -> Iterator[tuple[int, Reading]]:
        """Yield place and reading of each text. Few are a talk's, which all who read with this ear ask for in turn."""
        if len(texts) <= _FEW:
            yield from ((place, self.read(text)) for place, text in enumerate(texts))
        else:
            yield from self._read(texts)

    def _read(self, texts: Sequence[str]) -> Iterator[tuple[int, Reading]]:
        """Yield place and reading of each text, those of like length together."""
        rows = self._ear.pieces.encode_all([_cleaned(text) for text in texts])
        for places in _by_length([len(row) for row in rows]):
            ids, mask = pad([rows[place] for place in places], self._ear.pieces.padding)
            with torch.inference_mode():
                depths = self._ear.network.depths(ids, mask)
                found = impressions(depths, mask).numpy()
            for row, place in enumerate(places):
                yield place, Reading(depths[-1][row, : len(rows[place])], found[row])

    def _keep(self, text: str, reading: Reading) -> None:
        with self._lock:
            if text not in self._cache:
                self._cache[text] = reading
                self._cached_tokens += len(reading.states)
            while self._cached_tokens > _CACHED_TOKENS:
                self._cached_tokens -= len(self._cache.popitem(last=False)[1].states)


def shortened(vectors: np.ndarray, size: int) -> np.ndarray:
    """Return the first numbers of vectors [N, D] as unit vectors [N, size]."""
    short = vectors[:, :size]
    return short / np.linalg.norm(short, axis=1, keepdims=True)


def _cleaned(text: str) -> str:
    return "\n".join(map(clean, text[-_LONGEST:].split("\n")))


def _by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield places, shortest texts first, in batches of at most _BATCH_TOKENS with their padding."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
