"""The topic: what a message is about, as a phrase that can stand in a frame, or nothing when in doubt."""

from __future__ import annotations

from functools import cache

from brain.fallback.sections import words_of
from brain.fallback.topic_en import english_topic
from brain.fallback.topic_zh import chinese_topic
from brain.text.language import Language

_LONGEST = {"en": 32, "zh": 8}


def topic_of(message: str, language: Language) -> str | None:
    """Return what a message is about, the person switched ("my cat" becomes "your cat"), or None when unsure."""
    found = english_topic(message) if language == "en" else chinese_topic(message)
    return found if found and len(found) <= _LONGEST[language] else None


def is_own(topic: str) -> bool:
    """Whether a topic is the listener's: "your cat"."""
    return topic.startswith(("your ", "你"))


def is_person(topic: str) -> bool:
    """Whether a topic is somebody."""
    return topic.split()[-1].lower() in _people() or topic.removeprefix("你") in _people()


@cache
def _people() -> frozenset[str]:
    return words_of("people.en.txt") | words_of("near_ones.zh.txt") | words_of("people.zh.txt")
