"""Staying on it: how long a talk is in a crisis after somebody gave a sign of one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from brain.crisis.kinds import CrisisSign
from brain.crisis.patterns import CERTAIN, Patterns, normal
from brain.fallback.language import language_of

_QUIET = 6
"""Messages without a further sign after which it is over, whatever they say."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORDS_OF_A_MATTER, _HAN_OF_A_MATTER = 4, 6


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
