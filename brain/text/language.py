"""Which language a message is in: English, Chinese, or one that can't be read here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_NUMBER = re.compile(r"\d[\d.,:/%]*")


def language_of(turns: Sequence[str]) -> Language:
    """Return the language of the latest turn that shows one; English if none does."""
    for turn in reversed(turns):
        han, latin = len(_HAN.findall(turn)), len(_LATIN_WORD.findall(turn))
        if han or latin:
            return "zh" if han >= latin else "en"
    return "en"


def is_foreign(text: str) -> bool:
    """Whether most letters are of a script that is neither Latin nor Chinese."""
    letters = [sign for sign in text if unicodedata.category(sign) in {"Lu", "Ll", "Lo"}]
    strange = sum(not (_HAN.match(sign) or _LATIN_WORD.match(sign)) for sign in letters)
    return strange * 2 > len(letters)


def is_wordless(text: str) -> bool:
    """Whether there is neither a letter nor a number to go by."""
    return not (_HAN.search(text) or _LATIN_WORD.search(text) or _NUMBER.search(text))
