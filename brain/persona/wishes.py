"""Wishes: how a person asked to be answered. They hold from the next message on until they are taken back."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal, cast

from brain.exact.numbers_in_words import chinese_to_digits, english_to_digits
from brain.text.language import Language, language_of

_WORDS = Path(__file__).with_name("words") / "wishes.toml"
_LONGEST_MESSAGE = 200
"""Characters; who asks for a style does so shortly."""
Unit = Literal["words", "characters", "sentences"]
Length = Literal["short", "long"]
Tone = Literal["formal", "casual"]
_MOST = range(1, 1000)
_QUOTED = re.compile("\"[^\"]*\"|“[^”]*”|「[^」]*」|'[^']{3,}'(?!\\w)")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for; None where nothing was."""

    most: int | None = None
    """At most so many of the unit."""
    unit: Unit = "words"
    length: Length | None = None
    emoji: bool | None = None
    tone: Tone | None = None
    language: Language | None = None


_FITS: dict[str, tuple[object, ...]] = {
    "unit": ("words", "characters", "sentences"),
    "length": ("short", "long", None),
    "tone": ("formal", "casual", None),
    "language": ("en", "zh", None),
}


def wishes_from(row: object) -> Wishes:
    """Read the dict of `dataclasses.asdict`; what does not fit is as if it had not been asked for."""
    if not isinstance(row, dict):
        return Wishes()
    given = cast("dict[str, object]", row)
    names = {field.name for field in dataclasses.fields(Wishes)}
    fitting = {name: value for name, value in given.items() if name in names and _fits(name, value)}
    return Wishes(**fitting)  # pyright: ignore[reportArgumentType] - each was checked against its field


def _fits(name: str, value: object) -> bool:
    if name == "most":
        return value is None or (isinstance(value, int) and not isinstance(value, bool) and value in _MOST)
    if name == "emoji":
        return value is None or isinstance(value, bool)
    return value in _FITS[name]


def read_wishes(message: str, before: Wishes) -> Wishes:
    """Return the wishes that hold after a message."""
    if len(message) > _LONGEST_MESSAGE:
        return before
    text = _QUOTED.sub(" ", message.replace("’", "'")).lower()
    chinese = language_of([text]) == "zh"
    text = chinese_to_digits(text) if chinese else english_to_digits(text)
    if any(pattern.search(text) for pattern in _patterns()["unmeant"]):
        return before
    wishes = before
    for name, pattern in _rules():
        if match := pattern.search(text):
            wishes = _changed(wishes, name, match)
    return wishes


def _changed(wishes: Wishes, name: str, match: re.Match[str]) -> Wishes:
    if name == "everything_off":
        return Wishes()
    if name.startswith("most_"):
        count = int(match["count"]) if "count" in match.re.groupindex else 1
        return replace(wishes, most=count, unit=cast("Unit", name.removeprefix("most_"))) if count in _MOST else wishes
    return replace(wishes, **_CHANGES[name])  # pyright: ignore[reportArgumentType] - the table is of its fields


_CHANGES: dict[str, dict[str, object]] = {
    "short": {"length": "short"},
    "long": {"length": "long", "most": None, "unit": "words"},
    "length_off": {"length": None, "most": None, "unit": "words"},
    "emoji_off": {"emoji": False},
    "emoji_on": {"emoji": True},
    "emoji_free": {"emoji": None},
    "formal": {"tone": "formal"},
    "casual": {"tone": "casual"},
    "tone_off": {"tone": None},
    "chinese": {"language": "zh"},
    "english": {"language": "en"},
    "language_off": {"language": None},
}


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    content = cast("dict[str, list[str]]", tomllib.loads(_WORDS.read_text("utf-8")))
    return {name: [re.compile(pattern) for pattern in patterns] for name, patterns in content.items()}


@cache
def _rules() -> list[tuple[str, re.Pattern[str]]]:
    """Return the patterns in the file's order; where two fit, the later one has the last word."""
    return [(name, pattern) for name, patterns in _patterns().items() if name != "unmeant" for pattern in patterns]
