"""CharacterIndex: how alike texts are by their characters (TF-IDF over n-grams, cosine), names and typos included.

N-grams end at words: trigrams with the space before and after a word ("_ca", "cat", "at_"). Chinese, which has no
spaces, gives single characters and pairs. An n-gram counts once a text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LONGEST = 200
"""Characters of a text that are read, from its end: enough to tell it from any other."""
_SPACE = 32
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_GRAM_BITS, _PLACE_BITS = 40, np.uint64(24)
_ALPHANUMERIC = np.array([chr(code).isalnum() for code in range(128)])
_PUNCTUATION = ((0x80, 0xBF), (0x2000, 0x206F), (0x3000, 0x303F), (0xFE00, 0xFE0F), (0xFF00, 0xFF0F), (0xFF1A, 0xFF20))
_CHINESE = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0x20000, 0x3FFFF))


@dataclass(frozen=True, slots=True)
class Rarity:
    """How much each n-gram weighs: 1 + ln((1 + texts) / (1 + texts that have it)), squared."""

    grams: NDArray[np.uint64]
    weights: NDArray[np.float64]
    unknown: float

    @classmethod
    def of(cls, grams: NDArray[np.uint64], counts: NDArray[np.int64], texts: int) -> Rarity:
        """Weigh sorted n-grams by the number of texts that have each."""
        return cls(grams, (1 + np.log((1 + texts) / (1 + counts))) ** 2, float(1 + np.log(1 + texts)) ** 2)

    def of_grams(self, grams: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Return the weights of these n-grams; those never seen weigh most."""
        if not len(self.grams):
            return np.full(len(grams), self.unknown)
        found = np.minimum(np.searchsorted(self.grams, grams), len(self.grams) - 1)
        return np.where(self.grams[found] == grams, self.weights[found], self.unknown)


class CharacterIndex:
    """An inverted index: the texts that have the i-th n-gram are `_places[s:e]`, s and e being `_starts[i:i + 2]`.

    How rare n-grams are is counted over these texts, unless it is given.
    """

    def __init__(self, texts: Sequence[str], rarity: Rarity | None = None) -> None:
        self._size = len(texts)
        keys = _keys(texts)
        self._places = (keys & ((np.uint64(1) << _PLACE_BITS) - np.uint64(1))).astype(np.int64)
        self._grams, counts = np.unique(keys >> _PLACE_BITS, return_counts=True)
        self._starts = np.append(0, np.cumsum(counts))
        self.rarity = rarity or Rarity.of(self._grams, counts, self._size)
        self._weights = self.rarity.of_grams(self._grams)
        squares = np.bincount(self._places, np.repeat(self._weights, counts), self._size)
        self._norms = np.sqrt(np.maximum(squares, 1.0))

    def scores(self, text: str, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the cosines between a text and those at M places: float32 [M], 0 where nothing is shared."""
        grams = _keys([text]) >> _PLACE_BITS
        norm = math.sqrt(self.rarity.of_grams(grams).sum())
        found = np.searchsorted(self._grams, grams)
        inside = found < len(self._grams)
        known = found[inside][self._grams[found[inside]] == grams[inside]]
        if not len(known):
            return np.zeros(len(places), dtype=np.float32)
        spans = [
            self._places[start:end] for start, end in zip(self._starts[known], self._starts[known + 1], strict=True)
        ]
        weights = np.repeat(self._weights[known], [len(span) for span in spans])
        shared = np.bincount(np.concatenate(spans), weights, self._size)[places]
        shared /= self._norms[places] * norm
        return shared.astype(np.float32)


def _keys(texts: Sequence[str]) -> NDArray[np.uint64]:
    """Return one number for each n-gram of each text, sorted: a hash of the n-gram, then the place of the text."""
    padded = [f" {text[-_LONGEST:].lower()} " for text in texts]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owners = np.repeat(np.arange(len(texts), dtype=np.uint64), [len(text) for text in padded])
    chinese = _within(codes, _CHINESE)
    letters = np.where(_is_letter(codes) & ~chinese, codes, _SPACE).astype(np.uint64)
    wide = codes.astype(np.uint64)
    middle, single, pairs = (np.flatnonzero(mask) for mask in (letters != _SPACE, chinese, chinese[:-1] & chinese[1:]))
    grams = (
        _hash(letters[middle - 1], letters[middle], letters[middle + 1]),
        _hash(wide[single]),
        _hash(wide[pairs], wide[pairs + 1]),
    )
    places = (owners[found] for found in (middle, single, pairs))
    return _distinct(np.concatenate([gram << _PLACE_BITS | place for gram, place in zip(grams, places, strict=True)]))


def _hash(*codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = np.full(len(codes[0]), len(codes), dtype=np.uint64)
    for code, factor in zip(codes, _FACTORS, strict=False):
        mixed += code * factor
    return mixed >> np.uint64(64 - _GRAM_BITS)


def _distinct(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    keys.sort()
    return keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys


def _is_letter(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Tell letters, digits and signs such as emoji from spaces and punctuation."""
    return np.where(codes < 128, _ALPHANUMERIC[np.minimum(codes, 127)], ~_within(codes, _PUNCTUATION))


def _within(codes: NDArray[np.uint32], ranges: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    found = np.zeros(len(codes), dtype=bool)
    for first, last in ranges:
        found |= (codes >= first) & (codes <= last)
    return found
