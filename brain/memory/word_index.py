"""WordIndex: which of thousands of texts are nearest to a new one (TF-IDF, cosine)."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np

_STEM = 5
"""Words also match by their first letters and without a final s: "sleeping" finds "sleep", and "cats" finds "cat"."""
_BEGIN, _END = "^", "$"
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")  # Chinese one by one
_Term = str | tuple[str, str]
"""A word, a stem, or two words that follow each other."""
_Numbers = TypeVar("_Numbers", int, np.ndarray)


class WordIndex:
    """An inverted index over texts.

    A term is a number: its own for words and stems, both in one for pairs. `_terms` holds the numbers that occur,
    sorted; texts `_places[s:e]` have the i-th of them with `_weights[s:e]`, where s and e are `_starts[i:i + 2]`.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        self._numbers: dict[str, int] = {}
        owners, found = self._number(texts)
        self._terms, terms = np.unique(found, return_inverse=True)
        every = max(1, len(self._terms))
        owners, terms = np.divmod(np.unique(owners * every + terms), every)  # a term counts once a text
        counts = np.bincount(terms, minlength=len(self._terms))
        self._idf = np.log((1 + self._size) / np.maximum(1, counts))
        weights = self._idf[terms]
        weights /= np.sqrt(np.bincount(owners, weights**2, minlength=self._size))[owners]
        order = np.argsort(terms, kind="stable")
        self._places, self._weights = owners[order], weights[order].astype(np.float32)
        self._starts = np.concatenate([[0], np.cumsum(counts)])

    def scores(self, text: str) -> np.ndarray:
        """Return the cosine between this text and each of the index: float32 [N], 0 where nothing is shared."""
        scores = np.zeros(self._size, dtype=np.float32)
        norm = 0.0
        for term in dict.fromkeys(_terms_of(text)):
            place = self._place(term)
            rarity = math.log(1 + self._size) if place is None else float(self._idf[place])  # unknown is rarest
            norm += rarity**2
            if place is not None:
                these = slice(self._starts[place], self._starts[place + 1])
                scores[self._places[these]] += rarity * self._weights[these]
        return scores / (math.sqrt(norm) or 1.0)

    def _number(self, texts: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """Give words and stems their numbers; return (number of the text, number of the term) of every term."""
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__
        begin, end = numbers[_BEGIN], numbers[_END]
        read = [[begin, *map(numbers.__getitem__, _words(text)), end] for text in texts]
        stems = np.array([numbers[stem] if (stem := _stem(word)) else -1 for word in list(numbers)])
        self._numbers = dict(numbers)
        owners = np.repeat(np.arange(len(read)), [len(item) for item in read])
        flat = np.array([number for item in read for number in item], dtype=np.int64)
        words, stemmed = flat > end, stems[flat] >= 0
        pairs = flat[:-1] != end
        return (
            np.concatenate([owners[words], owners[stemmed], owners[:-1][pairs]]),
            np.concatenate([flat[words], stems[flat][stemmed], _pair(flat[:-1], flat[1:])[pairs]]),
        )

    def _place(self, term: _Term) -> int | None:
        """Find a term among those that occur."""
        first, *second = [self._numbers.get(part, -1) for part in ([term] if isinstance(term, str) else term)]
        if first < 0 or min(second, default=0) < 0:
            return None
        number = _pair(first, *second) if second else first
        place = int(np.searchsorted(self._terms, number))
        return place if place < len(self._terms) and self._terms[place] == number else None


def _pair(first: _Numbers, second: _Numbers) -> _Numbers:
    return (first + 1 << 32) + second


def _terms_of(text: str) -> Iterator[_Term]:
    words = _words(text)
    yield from words
    yield from filter(None, map(_stem, words))
    yield from zip([_BEGIN, *words], [*words, _END], strict=True)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _stem(word: str) -> str:
    return f"{word.removesuffix('s')[:_STEM]}*" if len(word) > 2 and word.isascii() else ""
