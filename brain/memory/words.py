"""Words as the memory compares them: stems of English, and pairs of Chinese characters."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LETTER = r"[^\W\d_\u3040-\u30ff\u3400-\u9fff]"
_WORD = re.compile(rf"{_LETTER}+(?:['’]{_LETTER}+)?|\d+(?:[.,:]\d+)*")
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_STEM = 5
_ENDINGS = re.compile(r"['’]s$|(?<=..)(?:ies|es|s|ing|ed|y)$")


def words_of(text: str) -> list[str]:
    """Return words, but for Chinese and Japanese ones, and numbers, as written, in order."""
    return _WORD.findall(text)


def stem(word: str) -> str:
    """Return what forms of a word have in common: "cats" and "cat", "sleeping" and "sleep"."""
    return _ENDINGS.sub("", word.lower())[:_STEM]


def stems_of(texts: Iterable[str]) -> set[str]:
    """Return the stems of all words of these texts."""
    return {stem(word) for text in texts for word in words_of(text)}


def pairs_of(texts: Iterable[str]) -> set[str]:
    """Return all pairs of neighbouring Chinese characters in these texts."""
    runs = (run for text in texts for run in _CHINESE.findall(text))
    return {run[at : at + 2] for run in runs for at in range(len(run) - 1)}


def is_chinese(*texts: str) -> bool:
    """Tell whether texts are Chinese for the most part: three characters say as much as two words."""
    characters = sum(len(run) for text in texts for run in _CHINESE.findall(text))
    return characters > sum(len(words_of(text)) for text in texts) * 1.5
