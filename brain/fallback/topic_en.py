"""The topic of an English message: a noun phrase of known words. What it can't be sure of is no topic.

There is no tagger here: a phrase is a determiner, words that may describe, and a noun of the list in `words/`. Bare
nouns count only where no pronoun or "to" could make a verb of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from brain.fallback.sections import sections_of, words_of

_TOKEN = re.compile(r"[A-Za-z0-9]+(?:['-][A-Za-z0-9]+)*|[^\sA-Za-z0-9]")
_OWN = {"my": "your", "our": "your"}
_ASKED = re.compile(
    r"\?|^(?:what|which|who|where|when|why|how|is|are|do|does|can|could|should|would|will)\b"
    r"|^(?:please |pls |hey )?(?:give|tell|write|teach|make|name|suggest|recommend|pick|help|explain|need|i need)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 4
_QUESTION_REACH = 6
"""Words of a question that its topic must begin in; what comes later is mostly the occasion for asking."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A noun phrase as found: its determiner ("" if bare), its other words, and where it began."""

    determiner: str
    words: tuple[str, ...]
    rank: int


def english_topic(message: str) -> str | None:
    """Return a phrase such as "your cat", "the washing machine" or "manhole covers", or None."""
    tokens = _TOKEN.findall(message.replace("\u2019", "'"))
    if not tokens:
        return None
    asked = bool(_ASKED.search(message))
    reach = _QUESTION_REACH if asked and tokens[0].lower() not in _set("requesting") else len(tokens)
    starts = range(min(len(tokens), reach))
    phrases = [phrase for start in starts if (phrase := _phrase_at(tokens, start)) and not (asked and phrase.rank > 1)]
    if not phrases:
        return None
    return _worded(min(phrases, key=lambda phrase: phrase.rank), asked)


def _phrase_at(tokens: Sequence[str], start: int) -> _Phrase | None:
    """Read a phrase that begins at a token, with its rank: the lower, the likelier it is what all is about."""
    first = tokens[start].lower()
    before = tokens[start - 1].lower() if start else ""
    if before in _set("being"):
        return None
    named = before == "about" or (before == "for" and tokens[0].lower() in _set("requesting"))
    aside = 3 if before in _set("prepositions") and not named else 0
    if first in _OWN:
        return _phrase(_OWN[first], _run(tokens, start + 1, certain=True), aside)
    if first in _set("articles"):
        return _phrase(first, _run(tokens, start + 1, certain=False), 0 if named else 1 + aside)
    leading = start == 0 or before in _set("leading") or _is_asked_of(tokens, start)
    if not leading and (before in _set("before_verbs") or _belongs_to_more(tokens, start)):
        return None
    words = _run(tokens, start, certain=False) if _is_noun(first) or _is_describing(first) else ()
    return _phrase("", words if words and words[-1].lower() in _bare_nouns() else (), 0 if leading else 2 + aside)


def _phrase(determiner: str, words: tuple[str, ...], rank: int) -> _Phrase | None:
    thin = len(words) == 1 and words[0].lower() in _set("thin")
    rude = any(word.lower() in _set("rude") for word in words)
    return _Phrase(determiner, words, rank) if words and not thin and not rude else None


def _is_asked_of(tokens: Sequence[str], start: int) -> bool:
    """Whether a word comes right after the helper of a question ("do fish", "why are covers")."""
    at_front = start == 1 or (start > 1 and tokens[start - 2].lower() in _set("asking"))
    return at_front and tokens[start - 1].lower() in _set("helpers")


def _belongs_to_more(tokens: Sequence[str], start: int) -> bool:
    """Whether a bare noun is, or may be, the rest of a phrase or the verb after one ("my iguana sheds")."""
    nearby = [token.lower() for token in tokens[max(start - 2, 0) : start]]
    owned = any(word in _set("unsure") or word in _set("articles") or word in _OWN for word in nearby)
    before = nearby[-1] if nearby else ""
    return owned or _is_describing(before) or _is_noun(before) or before.endswith("ed")


def _run(tokens: Sequence[str], start: int, certain: bool) -> tuple[str, ...]:
    """Return the words of a phrase from a place on, () if they do not make one that is sure to end there."""
    end, last_noun = start, start
    while end < len(tokens) and end - start < _MOST_WORDS:
        word = tokens[end].lower()
        if not (
            _is_noun(word)
            or _is_describing(word)
            or (
                end == start > 0
                and tokens[end - 1].lower() in _OWN.keys() | _set("articles")
                and _is_noun_of_two(tokens, end)
            )
        ):
            break
        end += 1
        if _is_noun(word):
            last_noun = end
            if word in _plurals() or (_ends_owner(word) and not _is_owned(tokens, end)):
                break
    if last_noun > start:
        return _without_loose_end(tokens[start:last_noun], tokens[last_noun:])
    return (tokens[start],) if certain and _is_closed(tokens, start) else ()


def _is_noun_of_two(tokens: Sequence[str], place: int) -> bool:
    """Whether an unknown word stands right before a known noun ("sourdough starter")."""
    word = tokens[place].lower()
    return (
        word.isalpha()
        and len(word) > 3
        and word not in _set("closers") | _set("before_verbs")
        and not word.endswith(("ed", "ing"))
        and place + 1 < len(tokens)
        and _is_noun(tokens[place + 1].lower())
        and (tokens[place + 1].lower() not in _plurals() or _follows(tokens, place + 1) in _set("closers"))
    )


def _without_loose_end(words: Sequence[str], rest: Sequence[str]) -> tuple[str, ...]:
    """Take a contracted "is" off the last word; refuse "the back of ..." whose meaning comes after it."""
    if rest and rest[0].lower() == "of":
        return ()
    return (*words[:-1], words[-1].removesuffix("'s"))


def _is_closed(tokens: Sequence[str], place: int) -> bool:
    """Whether an unknown word is plainly followed by something that is no part of its phrase."""
    following = _follows(tokens, place)
    word = tokens[place].lower()
    fits = word.isalpha() and len(word) > 2 and word not in _set("closers") | _set("thin") | _set("rude")
    return fits and following in _set("closers") - {"of", "and", "or"}


def _follows(tokens: Sequence[str], place: int) -> str:
    return tokens[place + 1].lower() if place + 1 < len(tokens) else "."


def _worded(phrase: _Phrase, asked: bool) -> str:
    determiner = phrase.determiner
    if determiner in {"a", "an"} and not asked:
        determiner = "the"
    words = [word.lower() if word.isupper() and len(word) > 3 else word for word in phrase.words]
    return " ".join([determiner, *words] if determiner else words)


def _is_noun(word: str) -> bool:
    return word.removesuffix("'s") in _nouns()


def _is_owned(tokens: Sequence[str], place: int) -> bool:
    """Whether a thing is named at a place after "'s", so that this is no short "is"."""
    word = tokens[place].lower() if place < len(tokens) else ""
    return _is_noun(word) and word not in _set("not_owned")


def _ends_owner(word: str) -> bool:
    return word.endswith("'s")


def _is_describing(word: str) -> bool:
    return word in _adjectives()


@cache
def _nouns() -> frozenset[str]:
    return words_of("nouns.en.txt") | _plurals() | words_of("masses.en.txt")


@cache
def _plurals() -> frozenset[str]:
    return frozenset(map(_plural, words_of("nouns.en.txt")))


@cache
def _bare_nouns() -> frozenset[str]:
    return _plurals() | words_of("masses.en.txt")


@cache
def _adjectives() -> frozenset[str]:
    return words_of("adjectives.en.txt")


@cache
def _set(name: str) -> frozenset[str]:
    """Return the words of a section of `words/topic.en.txt`."""
    return frozenset(word for line in sections_of("topic.en.txt")[name] for word in line.split())


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")) or word in _set("oes"):
        return f"{word}es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    if word.endswith(("leaf", "wife", "loaf", "knife", "shelf", "wolf", "scarf")):
        return f"{word.removesuffix('e')[:-1]}ves"
    return f"{word}s"
