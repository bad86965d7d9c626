"""Against: a reply that a known fact forbids: an omelette for a vegan, "you live in Oslo" to who lives in Bergen."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import cast

from brain.persona.fact import SELF, SINGLE, Fact, bare
from brain.persona.kinds import content
from brain.persona.reading import claims_of, normal
from brain.persona.state import PersonaState
from brain.text.language import language_of

_FORBIDDING = ("allergic_to", "diet", "avoids")
_ANY_DAY = datetime.date(2000, 1, 1)
_SWITCHED_EN = (("you're", "i'm"), ("you are", "i am"), ("you've", "i've"), ("your", "my"), ("you", "i"))
_SAID = re.compile(r"\byou(?:'ve)? (?:said|told me|mentioned)(?: that)? |\b(?:as|since|because) (?=you)", re.IGNORECASE)


def goes_against(state: PersonaState, reply: str) -> Fact | None:
    """Return the fact that a reply goes against, or None for a reply that may be said."""
    own = [fact for fact in state.facts if fact.owner == SELF and not fact.past]
    return forbidden_food([fact for fact in own if fact.relation in _FORBIDDING], reply) or _contradicted(own, reply)


def forbidden_food(facts: Iterable[Fact], text: str) -> Fact | None:
    """Return the fact by which somebody can't have a food that a text offers."""
    lower = normal(text).lower()
    return next((fact for fact in facts if any(_offers(lower, food) for food in foods_against(fact))), None)


def foods_against(fact: Fact) -> Sequence[str]:
    """Return the foods that a diet, an allergy or a dislike of food forbids."""
    table = content("foods.toml")
    value = bare(fact.value)
    groups = cast("Mapping[str, Sequence[str]]", table["groups"])
    if fact.relation == "diet":
        named = cast("Mapping[str, Sequence[str]]", table["not_for"]).get(value, ())
    else:
        named = [
            group for group, names in cast("Mapping[str, Sequence[str]]", table["names"]).items() if value in names
        ]
    foods = [food for group in named for food in groups[group]]
    return foods if fact.relation == "diet" or foods else [value] if fact.relation in _FORBIDDING else []


def _offers(text: str, food: str) -> bool:
    """Whether a text names a food without taking it back ("no eggs", "vegan cheese", "egg-free")."""
    chinese = re.search(r"[\u4e00-\u9fff]", food)
    pattern = re.escape(food) if chinese else rf"\b{re.escape(food)}(?:s|es)?\b"
    before, after = _allowed()
    return any(
        not before.search(text[max(found.start() - 24, 0) : found.start()]) and not after.search(text[found.end() :])
        for found in re.finditer(pattern, text)
    )


@cache
def _allowed() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = cast("Mapping[str, str]", content("foods.toml")["allowed"])
    return re.compile(table["before"]), re.compile(table["after"])


def _contradicted(own: Sequence[Fact], reply: str) -> Fact | None:
    """Return the fact that a reply states otherwise, read as if the person had said it of themselves."""
    text = _SAID.sub("", normal(reply))
    language = language_of([text])
    switched = _switched(text, chinese=language == "zh")
    claims = [
        claim for claim in claims_of(switched, language, _ANY_DAY) if not claim.denied and claim.fact.owner == SELF
    ]
    for fact in (claim.fact for claim in claims if not claim.fact.past):
        for known in own:
            same = known.relation == fact.relation and known.key == fact.key
            if same and fact.relation in SINGLE and not _agree(known, fact):
                return known
            if same and known.count == 0 and fact.count != 0:
                return known
    return None


def _agree(known: Fact, said: Fact) -> bool:
    """Whether two values say the same, one perhaps more exactly ("Oslo", "a flat in Oslo")."""
    one, other = bare(known.value), bare(said.value)
    return one in other or other in one or known.language != said.language


def _switched(text: str, chinese: bool) -> str:
    """Put the speaker in the listener's place; statements of the bot about itself are left out."""
    if chinese:
        sentences = [part for part in re.split(r"(?<=[。！？!?])", text) if "我" not in part]
        return re.sub(r"[你您]", "我", "".join(sentences))
    sentences = [
        part for part in re.split(r"(?<=[.!?]) ", text) if not re.search(r"\b(?:i|i'm|my|me)\b", part, re.IGNORECASE)
    ]
    switched = " ".join(sentences)
    for you, me in _SWITCHED_EN:
        switched = re.sub(rf"\b{you}\b", me, switched, flags=re.IGNORECASE)
    return switched
