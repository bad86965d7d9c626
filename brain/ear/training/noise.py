"""Noise: how people really type. A message and its careless twin are to be read alike."""

from __future__ import annotations

import random
import re

_SLANG = {
    "you": "u", "are": "r", "your": "ur", "you're": "ur", "please": "pls", "because": "cuz", "though": "tho",
    "people": "ppl", "really": "rly", "something": "smth", "don't": "dont", "i'm": "im", "going to": "gonna",
    "want to": "wanna", "to be honest": "tbh", "i don't know": "idk", "right now": "rn", "thanks": "thx",
    "what": "wat", "and": "n", "with": "w", "tomorrow": "tmrw", "tonight": "tonite", "before": "b4", "for": "4",
}  # fmt: skip
_CHINESE_SLANG = {
    "这样": "酱",
    "什么": "啥",
    "怎么": "咋",
    "没有": "木有",
    "非常": "超",
    "的": "滴",
    "吗": "嘛",
    "我们": "咱们",
}
_MARKS = re.compile(r"[.,!?;:'\"，。！？、；：…]")
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def careless(text: str, rng: random.Random) -> str:
    """Return text as somebody in a hurry types it: slang, a slip or two, no marks or capitals."""
    for full, short in {**_SLANG, **_CHINESE_SLANG}.items():
        if rng.random() < 0.4:
            text = _replaced(text, full, short)
    if rng.random() < 0.6:
        text = _MARKS.sub("", text)
    if rng.random() < 0.7:
        text = text.lower()
    for _ in range(rng.choice((0, 1, 1, 2))):
        text = _slipped(text, rng)
    return text


def _replaced(text: str, full: str, short: str) -> str:
    if not full.isascii():
        return text.replace(full, short)
    return re.sub(rf"\b{re.escape(full)}\b", short, text, flags=re.IGNORECASE)


def _slipped(text: str, rng: random.Random) -> str:
    """Drop, double, swap or mistype one letter; leave out one Chinese character."""
    if len(text) < 5:
        return text
    place = rng.randrange(1, len(text) - 1)
    before, letter, after = text[:place], text[place], text[place + 1 :]
    if not letter.isascii():
        return before + after
    if not letter.isalpha():
        return text
    slips = ("", letter * 2, after[0] + letter, _neighbour(letter, rng))
    slip = rng.choice(slips)
    return before + slip + (after[1:] if slip == after[0] + letter else after)


def _neighbour(letter: str, rng: random.Random) -> str:
    for row in _KEYS:
        if (place := row.find(letter.lower())) >= 0:
            return row[max(0, min(len(row) - 1, place + rng.choice((-1, 1))))]
    return letter
