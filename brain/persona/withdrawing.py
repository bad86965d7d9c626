"""Withdrawing: "forget my job", "forget that I like jazz", "forget everything about me". What is withdrawn is gone."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from functools import cache
from typing import cast

from brain.persona.fact import Fact
from brain.persona.kinds import content
from brain.persona.reading import claims_of
from brain.persona.state import PersonaState
from brain.persona.topics import facts_of_topic
from brain.text.language import Language


def withdrawn(state: PersonaState, message: str, language: Language, today: datetime.date) -> PersonaState | None:
    """Return the state after a message that takes something back, None for any other message."""
    text = message.strip().replace("’", "'")
    if any(pattern.search(text) for pattern in _patterns(language, "everything")):
        return PersonaState(wishes=state.wishes, turns=state.turns)
    if any(pattern.search(text) for pattern in _patterns(language, "last")):
        return _without_last(state)
    for pattern in _patterns(language, "topic"):
        match = pattern.search(text)
        if match and not _patterns(language, "not_meant")[0].search(match["topic"]):
            return _without_topic(state, match, text, language, today)
    return None


def _without_last(state: PersonaState) -> PersonaState:
    """Take back the facts of the turn before this one; who told none there takes back nothing."""
    return state.without(lambda fact: fact.turn == state.turns and state.turns > 0)


def _without_topic(
    state: PersonaState, match: re.Match[str], text: str, language: Language, today: datetime.date
) -> PersonaState | None:
    """Leave out what a statement ("that I like jazz") or a topic ("my job", "where I live") is about."""
    topic = match["topic"]
    told = [claim.fact for claim in claims_of(topic, language, today)]
    if told:
        return state.without(lambda fact: any(_is_meant(fact, meant) for meant in told))
    asked = re.search(r"\b(?:where|what|when|how|who) .+$", text.lower().rstrip("?!. "))
    for words in (topic, asked[0] if asked else topic):
        parts = re.split(r" and (?:my )?|和我?的?", re.sub(r" (?:is|are)$", "", words))
        chosen = [found for part in parts if (found := facts_of_topic(part, language))]
        if any(found(fact) for found in chosen for fact in state.facts):
            return state.without(lambda fact, chosen=chosen: any(found(fact) for found in chosen))
    return state


def _is_meant(fact: Fact, meant: Fact) -> bool:
    """Whether a fact is the one that is named: "that I have a dog" means every dog, "that I like jazz" only jazz."""
    same = (fact.relation, fact.owner) == (meant.relation, meant.owner) and meant.key in ("", fact.key)
    return same and (not meant.value or fact.says(meant.value))


@cache
def _patterns(language: Language, name: str) -> list[re.Pattern[str]]:
    given = cast("str | Sequence[str]", content("withdrawing.toml")[language][name])
    return [re.compile(pattern, re.IGNORECASE) for pattern in ([given] if isinstance(given, str) else given)]
