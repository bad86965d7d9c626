"""Words, for counting and searching; the network itself reads the tokenizer's pieces."""

from __future__ import annotations

import re

# Words and punctuation marks apart; Chinese and Japanese characters one by one.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|[^\w\s]")


def words(text: str) -> list[str]:
    """Split text into words, punctuation marks and single Chinese characters."""
    return _WORD.findall(text)
