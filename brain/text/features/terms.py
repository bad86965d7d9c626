"""Features with a column for each term: bag of words, and TF-IDF over words and over characters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from brain.checked import Count, check_values
from brain.errors import BrainError, CheckpointError, DataError
from brain.text.features.plain import plain
from brain.text.features.stored import Stored
from brain.text.features.words import feature_words


@dataclass(frozen=True, slots=True)
class TermSettings:
    """Which terms get a column."""

    longest: Count
    """A term is so many words or characters in a row, or fewer."""
    least_texts: Count = 2
    """Terms in fewer texts are left out."""
    most_terms: Count = 30_000
    """Of more terms the most frequent are kept."""
    keep_stop_words: bool = True

    def __post_init__(self) -> None:
        check_values(self, "features.")


class TermFeatures(ABC):
    """What the three have in common. Counting and weighing are scikit-learn's; words and files are Familiar's."""

    name: ClassVar[str]
    usual: ClassVar[TermSettings]

    def __init__(self, settings: TermSettings | None = None) -> None:
        self.settings = settings or self.usual
        self._counter = self._make_counter(None)

    @abstractmethod
    def _make_counter(self, columns: Mapping[str, int] | None) -> Any:
        """Return a vectorizer with these columns, or one that has yet to find its own."""

    def fit(self, texts: Sequence[str]) -> Self:
        """Choose the terms. Raises DataError where none is frequent enough."""
        counter = self._make_counter(None)
        try:
            counter.fit(texts)
        except ValueError as error:
            raise DataError(f"{self.name}: no terms in {len(texts)} texts ({error})") from None
        self._counter = counter
        return self

    @property
    def terms(self) -> list[str]:
        """The term of each column."""
        return self._counter.get_feature_names_out().tolist()

    def vectors(self, texts: Sequence[str]) -> csr_matrix:
        """Return float32 [N, number of terms]."""
        if not texts:  # scikit-learn would raise
            return csr_matrix((0, len(self.terms)), dtype=np.float32)
        return csr_matrix(self._counter.transform(texts))

    def save(self, folder: Path) -> None:
        """Write settings, terms and weights into a folder."""
        Stored(self.name, asdict(self.settings), self.terms, self._weights()).write(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what was saved. Raises CheckpointError that names what is wrong."""
        stored = Stored.read(folder, cls.name)
        if not stored.terms:
            raise CheckpointError(f"the features in {folder} have no terms")
        try:
            features = cls(TermSettings(**stored.settings))
            features._counter = features._make_counter({term: place for place, term in enumerate(stored.terms)})
            features._take_weights(stored.arrays)
        except (BrainError, TypeError, ValueError, KeyError) as error:
            raise CheckpointError(f"the features in {folder} can't be used: {error}") from None
        return features

    def _weights(self) -> dict[str, np.ndarray]:
        return {}

    def _take_weights(self, arrays: Mapping[str, np.ndarray]) -> None:
        if arrays:
            raise ValueError(f"{self.name} need no {min(arrays)}")

    def _choice(self) -> dict[str, Any]:
        """What a vectorizer is told of the settings."""
        settings = self.settings
        return {
            "ngram_range": (1, settings.longest),
            "min_df": settings.least_texts,
            "max_features": settings.most_terms,
            "dtype": np.float32,
            "lowercase": False,
        }

    def _by_words(self) -> dict[str, Any]:
        return {"tokenizer": self._words, "token_pattern": None}

    def _words(self, text: str) -> list[str]:
        return feature_words(text, self.settings.keep_stop_words)

    def _kept_text(self, text: str) -> str:
        return plain(text) if self.settings.keep_stop_words else " ".join(self._words(text))


class BagOfWords(TermFeatures):
    """How often each word, and each pair of neighbours, occurs."""

    name: ClassVar[str] = "bag-of-words"
    usual: ClassVar[TermSettings] = TermSettings(longest=2)

    def _make_counter(self, columns: Mapping[str, int] | None) -> Any:
        return CountVectorizer(vocabulary=columns, **self._by_words(), **self._choice())


class _Tfidf(TermFeatures):
    """Logarithms of counts times rarity, in rows of length one (Salton & Buckley 1988)."""

    def _weights(self) -> dict[str, np.ndarray]:
        return {"idf": self._counter.idf_.astype(np.float32)}

    def _take_weights(self, arrays: Mapping[str, np.ndarray]) -> None:
        if set(arrays) != {"idf"} or arrays["idf"].ndim != 1:
            raise ValueError(f"{self.name} need idf, a number a term, and nothing else")
        self._counter.idf_ = arrays["idf"]


class TfidfWords(_Tfidf):
    """TF-IDF over words and pairs of neighbours."""

    name: ClassVar[str] = "tfidf-words"
    usual: ClassVar[TermSettings] = TermSettings(longest=2)

    def _make_counter(self, columns: Mapping[str, int] | None) -> Any:
        return TfidfVectorizer(vocabulary=columns, sublinear_tf=True, **self._by_words(), **self._choice())


class TfidfCharacters(_Tfidf):
    """TF-IDF over runs of characters within words: forgiving of spelling, and of Chinese that is split otherwise."""

    name: ClassVar[str] = "tfidf-characters"
    usual: ClassVar[TermSettings] = TermSettings(longest=4)

    def _make_counter(self, columns: Mapping[str, int] | None) -> Any:
        split: dict[str, Any] = {"analyzer": "char_wb", "preprocessor": self._kept_text}
        return TfidfVectorizer(vocabulary=columns, sublinear_tf=True, **split, **self._choice())
