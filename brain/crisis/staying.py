"""Staying on it: how long a talk is in a crisis after somebody gave a sign of one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from brain.crisis.kinds import Crisis, CrisisSign
from brain.crisis.patterns import CERTAIN, LIKELY, Patterns, normal
from brain.text.language import language_of

_QUIET = 6
"""Messages without a further sign after which it is over, whatever they say."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORDS_OF_A_MATTER, _HAN_OF_A_MATTER = 4, 6
_LONGEST_WORDS, _LONGEST_HAN = 14, 24
"""What is longer than this says by itself what it is about, whatever was asked."""
_ASKED: Mapping[str, Crisis] = {
    "asked": "self_harm",
    "asked_dying": "self_harm",
    "asked_to_others": "danger_to_others",
    "asked_from_others": "danger_from_others",
    "asked_medical": "medical_emergency",
}
_ANOTHER = re.compile(r"\b(?:he|she|hes|shes|his|her|him|they|them|the dog)\b|[\u4ed6\u5979\u5b83]")


def carried(signs: Sequence[CrisisSign | None], messages: Sequence[str]) -> CrisisSign | None:
    """Return the crisis a talk is in after the last of a person's messages, each given with the sign it shows itself.

    The message after a sign is always still in it. From the second on, an all-clear or another matter ends it; short
    and unclear ones do not.
    """
    state: CrisisSign | None = None
    for sign, message in zip(signs, messages, strict=True):
        if sign is not None:
            state = replace(sign, turns_in=state.turns_in + 1 if state else 0)
        elif state is not None:
            state = _goes_on(state, message)
    return state


def confirmed(asked: str, message: str) -> CrisisSign | None:
    """Return a sign where the bot asked about danger or symptoms, or pointed to urgent help, and nothing clears it.

    A short answer says little by itself: "15 min ago", "he looks fine", "a bit". It is an answer all the same.
    """
    question, text = normal(asked), normal(message)
    was_asked = Patterns.shipped(language_of([asked])).after
    after = Patterns.shipped(language_of([message])).after
    name = next((name for name in _ASKED if was_asked[name].search(question)), None)
    if name is None or not text or len(text.split()) > _LONGEST_WORDS or len(_HAN.findall(text)) > _LONGEST_HAN:
        return None
    if any(after[way].search(text) for way in ("clear", "misread", "elsewhere")) or _is_thanks(text, after, name):
        return None
    if was_asked["asked_safe"].search(question) and after["clear_safe"].search(text):
        return None
    another = name == "asked_medical" and bool(_ANOTHER.search(question) or _ANOTHER.search(text))
    return CrisisSign(_ASKED[name], LIKELY, f"{text} (asked about it)", another)


def _is_thanks(text: str, after: Mapping[str, re.Pattern[str]], name: str) -> bool:
    """Whether it is over; of an illness, looking fine or better is no all-clear."""
    return bool(after["over"].search(text)) and not (name == "asked_medical" and after["looks"].search(text))


def _goes_on(state: CrisisSign, message: str) -> CrisisSign | None:
    since = state.turns_since + 1
    text = normal(message)
    after = Patterns.shipped(language_of([message])).after
    misread = bool(after["misread"].search(text))
    if misread and state.confidence < CERTAIN:
        return None
    if since > 1 and (since > _QUIET or misread or after["over"].search(text) or _is_another_matter(text, after)):
        return None
    return replace(state, turns_since=since, turns_in=state.turns_in + 1)


def _is_another_matter(text: str, after: Mapping[str, re.Pattern[str]]) -> bool:
    if after["elsewhere"].search(text):
        return True
    long = len(text.split()) >= _WORDS_OF_A_MATTER or len(_HAN.findall(text)) >= _HAN_OF_A_MATTER
    return long and not after["tied"].search(text)
