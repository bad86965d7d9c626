"""Topics: which facts a word for a matter of one's life means: "my job", "my dog", "my sister", 我的工作."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import cast

from brain.persona.fact import SELF, Fact, bare
from brain.persona.kinds import any_of, content, kind_of, takes_in
from brain.text.language import Language

Chosen = Callable[[Fact], bool]


def facts_of_topic(topic: str, language: Language) -> Chosen | None:
    """Return which facts a topic means ("my job", "my sister's age", "my dog Rex"), or None for none that is known."""
    text = re.sub(r"^(?:my|our|the|i have an?|我们?的?|我家的?) ?", "", topic.strip().lower())
    if owned := _of_another(text, language):
        return owned
    if relations := topic_relations(text, language):
        return lambda fact: fact.relation in relations and fact.owner == SELF
    return _of_kind(text, language)


def topic_relations(text: str, language: Language) -> Sequence[str]:
    """Return the relations that a topic's word means, () for a word that is none."""
    for name, pattern in _topics(language):
        if pattern.fullmatch(text):
            return cast("Sequence[str]", content("topics.toml")["relations"][name])
    return ()


def _of_another(text: str, language: Language) -> Chosen | None:
    """Read "sister's age" as the sister's, "sister" as all that is known of her."""
    match = re.match(rf"(?P<kin>{any_of('kin', language)})(?:'s |s' |的)(?P<rest>.+)$", text)
    kind = kind_of(match["kin"] if match else text, "kin", language)
    if not kind:
        return None
    owners = takes_in(kind)
    if match is None:
        return lambda fact: fact.owner in owners or (fact.relation == "kin" and fact.key in owners)
    relations = topic_relations(match["rest"], language)
    named = "name" in relations
    return lambda fact: (
        (fact.owner in owners and fact.relation in relations)
        or (named and fact.relation == "kin" and fact.key in owners)
    )


def _of_kind(text: str, language: Language) -> Chosen | None:
    """Read "dog", "dog's name", "favourite colour", "exam", or a value that was told ("jazz")."""
    noun = re.sub(r"(?:'s names?|的名字)$", "", text)
    first = re.match(rf"{any_of('pets', language)}(?![\w])|{any_of('pets', language)}", noun)
    if first and (kind := kind_of(first[0], "pets", language)):
        kinds = takes_in(kind)
        return lambda fact: fact.relation == "pet" and fact.key in kinds and fact.owner == SELF
    if match := re.fullmatch(r"(?:favou?rite|fav) (?P<key>\w+)|最喜欢的(?P<zh>.+)", text):
        key = (match["key"] or match["zh"]).replace("color", "colour").replace("movie", "film")
        return lambda fact: fact.relation == "favourite" and fact.key == key and fact.owner == SELF
    if len(noun) < 2:
        return None
    return lambda fact: (
        fact.owner == SELF
        and (bare(fact.value) == bare(noun) or (fact.relation in ("plan", "about") and noun in fact.value.lower()))
    )


@cache
def _topics(language: Language) -> list[tuple[str, re.Pattern[str]]]:
    patterns = cast("dict[str, str]", content("topics.toml")[language])
    return [(name, re.compile(pattern)) for name, pattern in patterns.items()]
