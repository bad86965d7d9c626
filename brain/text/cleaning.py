"""Cleaning: any string a person or a file may hold becomes text that every later step can rely on."""

from __future__ import annotations

import re
import unicodedata

import ftfy

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SPACE = re.compile(r"\s+")
# Joiners inside emoji and Persian or Indic words carry meaning; these other invisible marks carry none.
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_MARKS_IN_A_ROW = 4
_ROUNDS = 8


def clean(text: str) -> str:
    """Return text in NFC on one line: mojibake mended, lone surrogates replaced, control and invisible marks removed.

    Mending may bring to light what is to be mended again; cleaned text stays as it is.
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    for _ in range(_ROUNDS):
        if (cleaned := _clean_once(text)) == text:
            break
        text = cleaned
    return text


def _clean_once(text: str) -> str:
    text = ftfy.fix_text(text, uncurl_quotes=True, unescape_html=False, fix_character_width=False, normalization="NFC")
    text = _INVISIBLE.sub("", _CONTROL.sub(" ", text))
    return _SPACE.sub(" ", _limit_marks(text)).strip()


def _limit_marks(text: str) -> str:
    """Drop combining marks past the fourth in a row ("zalgo"), which no language needs."""
    if text.isascii():
        return text
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
