"""Words as features count them: each script is split in its own way, so that a text may mix languages."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from brain.text.features.chinese import chinese_words
from brain.text.features.plain import plain

_HAN, _KANA = "\u3400-\u9fff", "\u3040-\u30ff"
_LETTER = rf"[^\W_{_HAN}{_KANA}]"
_WORD = re.compile(
    rf"(?P<chinese>[{_HAN}]+)|[{_KANA}]|{_LETTER}+(?:'{_LETTER}+)*|[!?]|[\u2600-\u27bf\U0001f000-\U0001faff]"
)


def feature_words(text: str, keep_stop_words: bool = True) -> list[str]:
    """Return the words, numbers, emoji, question and exclamation marks of any text, spelled plainly, in order."""
    found: list[str] = []
    for match in _WORD.finditer(plain(text)):
        found += chinese_words(match[0]) if match["chinese"] else [match[0]]
    return found if keep_stop_words else [word for word in found if word not in stop_words()]


@cache
def stop_words() -> frozenset[str]:
    """Return the stop words of every language that has a file `stop_words.LANGUAGE.txt` here."""
    files = sorted(Path(__file__).parent.glob("stop_words.*.txt"))
    lines = (line for path in files for line in path.read_text("utf-8").splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())
