"""Sorting: which kinds a message may be, from the head's scores, its form and its place in the talk."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from brain.fallback.forms import Form, can_be, form_of
from brain.fallback.sections import sections_of
from brain.text.language import Language, is_foreign, is_wordless

_DANGER = re.compile(
    r"\b(?:kill(?:ing)? my ?self|suicid\w*|want to die|wanna die|end my life|better off dead"
    r"|do(?:n'?t| not) want to (?:be here|be alive|live|exist)\b(?: ?any ?more)?(?! with| in)|self[- ]harm\w*)\b"
    r"|不想活|想死(?!你)|自杀|活着没意思|活不下去|不如死|结束生命|自残"
)
_BARE_FLOOR = 0.8
"""Where nothing in the wording hints at a kind that has hints, it has to be nearly sure."""
_FLOORS = {
    "urgent": 0.3,
    "grief": 0.3,
    "plan": 0.4,
    "opinion": 0.4,
    "recommend": 0.35,
    "good_news": 0.45,
    "tale": 0.4,
    "joke": 0.4,
    "small_talk": 0.5,
    "gibberish": 0.5,
    "play": 0.5,
    "insult": 0.6,
}
_FLOOR = 0.25
"""Below its floor a kind is too unsure: a neutral one, that fits its form whatever it means, speaks instead."""
_NEUTRAL: dict[Form, str] = {"asks": "fact", "requests": "request", "tells": "tell"}
_IN_TALK_ONLY = frozenset({"answer", "follow_up", "disagree", "reaction"})
_SPEAKS_FOR_ITSELF = frozenset(
    [
        "crisis",
        "urgent",
        "grief",
        "bad_news",
        "good_news",
        "low",
        "worry",
        "body",
        "insult",
        "thanks",
        "bye",
        "disagree",
        "joke",
        "tale",
    ]
)
_CLEAR = 0.5
_QUESTION = re.compile(r"[?\uff1f]|[吗呢]\s*[。!]?$")
_SHORT = {"en": 40, "zh": 15}


def certain_kind(message: str) -> str | None:
    """Return the kind of a message whose signs leave no doubt."""
    if _DANGER.search(message.lower().replace("\u2019", "'")):
        return "crisis"
    if is_foreign(message):
        return "foreign"
    return "unclear" if is_wordless(message) else None


def sorted_kinds(scores: Mapping[str, float], turns: Sequence[str], language: Language) -> list[str]:
    """Return the kinds the last of `turns` may be, likeliest first, given the probability of each."""
    message = turns[-1]
    form = form_of(message, language)
    fitting = _fitting(scores, message, form, alone=len(turns) == 1)
    first = _first(fitting, message, form)
    if len(turns) > 1 and not (first in _SPEAKS_FOR_ITSELF and fitting.get(first, 0) >= _CLEAR):
        first = _leaning(first, form, turns, language)
    return [first, *(kind for kind in fitting if kind != first), "unclear"]


def _fitting(scores: Mapping[str, float], message: str, form: Form, alone: bool) -> dict[str, float]:
    """Return the probabilities of the kinds that form, wording and place allow, adding up to one."""
    lowered = message.lower()
    left = {
        kind: score
        for kind, score in scores.items()
        if kind != "crisis"
        and can_be(kind, form)
        and not (alone and kind in _IN_TALK_ONLY)
        and _shows(f"needs {kind}", lowered)
    }
    whole = sum(left.values())
    return {kind: score / whole for kind, score in left.items()}


def _first(fitting: Mapping[str, float], message: str, form: Form) -> str:
    """Return the likeliest kind that reaches its floor, or the neutral kind of the form."""
    for kind, chance in fitting.items():
        if chance >= _floor(kind, message.lower()):
            return kind
    return _NEUTRAL[form]


def _floor(kind: str, lowered: str) -> float:
    return _FLOORS.get(kind, _FLOOR) if _shows(f"hints {kind}", lowered) else _BARE_FLOOR


def _shows(section: str, lowered: str) -> bool:
    """Whether a text shows one of the signs of a section, or there is no such section."""
    signs = _signs().get(section)
    return signs is None or bool(signs.search(lowered))


@cache
def _signs() -> dict[str, re.Pattern[str]]:
    """Return what replies of a kind need in the wording to be right ("needs"), or a mood to be believed ("hints")."""
    return {section: re.compile("|".join(lines)) for section, lines in sections_of("signs.txt").items()}


def _leaning(first: str, form: Form, turns: Sequence[str], language: Language) -> str:
    """Return the kind of a message that may lean on the turn before: a short question after it, or an answer to it."""
    short = len(turns[-1]) <= _SHORT[language]
    if form == "asks":
        return "follow_up" if short else first
    if form == "tells" and _QUESTION.search(turns[-2]):
        return "answer"
    if first == "reaction":
        return first
    return "remark" if form == "tells" and short else first
