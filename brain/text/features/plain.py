"""Plain text: what is left of a text once its spelling no longer matters. For features only, never for generation."""

from __future__ import annotations

import re
import unicodedata

from brain.text.cleaning import clean

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")


def plain(text: str) -> str:
    """Return cleaned text in small letters and half width, any web address as "https", "sooo" and "哈哈哈" as two."""
    folded = unicodedata.normalize("NFKC", clean(text)).casefold()
    return _DRAWN_OUT.sub(r"\1\1", _ADDRESS.sub("https", folded))
