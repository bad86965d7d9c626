"""The topic of a Chinese message: a known noun, with 我 in front of it turned into 你."""

from __future__ import annotations

import re
from functools import cache

from brain.fallback.sections import words_of

# 你妈 and 你爸 sound rude in Chinese, so a single sign of family gets its polite double.
_FAMILY = {
    "妈": "妈妈",
    "爸": "爸爸",
    "弟": "弟弟",
    "妹": "妹妹",
    "哥": "哥哥",
    "姐": "姐姐",
    "爷": "爷爷",
    "奶": "奶奶",
    "儿子": "儿子",
    "娃": "孩子",
    "女儿": "女儿",
    "老公": "老公",
    "老婆": "老婆",
}
_AT_HOME = {"猫": "猫", "狗": "狗", "娃": "孩子", "狗子": "狗", "鱼": "鱼", "鸟": "鸟"}
_ONES_OWN = re.compile(rf"(?:我|俺|咱)(?:家)?(?:的)?({'|'.join(sorted(_FAMILY, key=len, reverse=True))})(?!的)")
_PET = re.compile(r"我家的?(猫|狗子|狗|娃|鱼|鸟)")
_OTHERS = re.compile(r"[他她它你您]们?(?:的|家)?$")
_MINE = re.compile(r"(?<![给帮教替让叫问借陪])我(?:们)?((?:家)?(?:的)?)$")
_PLACE = re.compile(r"[上里外内]|门口|旁边|附近|楼下")


def chinese_topic(message: str) -> str | None:
    """Return the one's own relative or pet a message speaks of, else its first known noun, else None."""
    if own := _ONES_OWN.search(message):
        return f"你{_FAMILY[own[1]]}"
    if pet := _PET.search(message):
        return f"你家{_AT_HOME[pet[1]]}"
    for found in _nouns().finditer(message):
        if topic := _switched(found[0], message[: found.start()], message[found.end() :]):
            return topic
    return None


def _switched(noun: str, before: str, after: str) -> str | None:
    """Return a noun as the listener would say it; None for what is somebody else's, a mere place, or too thin."""
    if _OTHERS.search(before) or _PLACE.match(after):
        return None
    if mine := _MINE.search(before):
        return f"你{mine[1]}{noun}"
    if noun in _near_ones() and not before.endswith("的"):
        return f"你{noun}"
    return None if noun in words_of("thin.zh.txt") else noun


@cache
def _nouns() -> re.Pattern[str]:
    known = sorted((word for word in words_of("nouns.zh.txt") if len(word) > 1), key=lambda word: (-len(word), word))
    return re.compile(f"(?:{'|'.join(known)}){{1,2}}")


@cache
def _near_ones() -> frozenset[str]:
    """Return the people who are somebody's: named without an owner they are the speaker's."""
    return words_of("near_ones.zh.txt")
