"""Kinds: what pets and people are called in both languages, and whom a word for several takes in."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal, cast

from brain.text.language import Language

WORDS = Path(__file__).with_name("words")
Sort = Literal["pets", "kin"]
COUNTABLE = frozenset(
    [
        "sister",
        "older_sister",
        "younger_sister",
        "brother",
        "older_brother",
        "younger_brother",
        "twin",
        "sibling",
        "child",
        "son",
        "daughter",
        "wife",
        "husband",
        "girlfriend",
        "boyfriend",
        "partner",
        "grandchild",
        "cousin",
        "niece",
        "nephew",
    ]
)
"""Relatives whose lack is worth knowing; "I have no friends" is no fact but a feeling."""
_IRREGULAR = {
    "child": "children",
    "wife": "wives",
    "fish": "fish",
    "goldfish": "goldfish",
    "mouse": "mice",
    "pet mouse": "pet mice",
    "sheep": "sheep",
    "grandchild": "grandchildren",
}


@cache
def content(name: str) -> Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    """Return a TOML file of `words/`."""
    return tomllib.loads((WORDS / name).read_text("utf-8"))


@cache
def word_list(name: str) -> frozenset[str]:
    """Return the words of a text file of `words/`; lines that begin with # are remarks."""
    lines = (WORDS / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _kinds(sort: Sort, language: Language) -> dict[str, str]:
    """Return the kind of each word, the plurals of English words included."""
    names = content("kinds.toml")[sort][language]
    kinds = {word: kind for kind, words in names.items() for word in words}
    return kinds if language == "zh" else {plural(word): kind for word, kind in kinds.items()} | kinds


def kind_of(word: str, sort: Sort, language: Language) -> str | None:
    """Return the kind a word names ("puppies" is dog), or None."""
    return _kinds(sort, language).get(word.lower())


@cache
def any_of(sort: Sort, language: Language) -> str:
    """Return a pattern for all words of a sort, the longest first."""
    words = sorted(_kinds(sort, language), key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, words))})"


def said(kind: str, language: Language, many: bool = False) -> str:
    """Return how a kind is called ("best friend", 闺蜜)."""
    for sort in ("pets", "kin"):
        if names := content("kinds.toml")[sort][language].get(kind):
            return plural(names[0]) if many and language == "en" else names[0]
    if kind == "pet":
        return "宠物" if language == "zh" else "pets" if many else "pet"
    return kind.replace("_", " ")


def parts_of(kind: str) -> Sequence[str]:
    """Return the kinds that a kind's word takes in at once: son and daughter of "child"."""
    return cast("Mapping[str, Sequence[str]]", content("kinds.toml")["part_of"]).get(kind, ())


def takes_in(kind: str) -> frozenset[str]:
    """Return a kind with all that its word takes in, parts of parts as well."""
    return frozenset({kind}).union(*map(takes_in, parts_of(kind)))


def plural(word: str) -> str:
    """Return the English plural."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    head, _, last = word.rpartition(" ")
    if head and last in _IRREGULAR:
        return f"{head} {_IRREGULAR[last]}"
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") and word[-2] not in "aeiou" else f"{word}s"
