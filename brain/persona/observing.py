"""observe: a turn of the person changes what is known of them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from brain.persona.claim import Claim
from brain.persona.fact import LONGEST, SELF, SINGLE, Fact, bare
from brain.persona.kinds import takes_in
from brain.persona.reading import claims_of, normal
from brain.persona.state import PersonaState
from brain.persona.wishes import read_wishes
from brain.persona.withdrawing import withdrawn
from brain.text.language import language_of

_OPPOSITE = {"likes": "dislikes", "dislikes": "likes"}
_PLANT_DIETS = frozenset(
    {"vegan", "vegetarian", "veggie", "pescatarian", "吃素", "素食主义者", "素食者", "纯素食者", "纯素主义者"}
)
_RIGHT_NOT_WRONG = (
    re.compile(
        r"^(?:no,? |sorry,? |it'?s |its |i meant |i mean |that'?s )*"
        r"(?P<right>[\w' -]{1,30}?),? not (?P<wrong>[\w' -]{1,30}?)[.!]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?:no,? |sorry,? |it'?s |its )*not (?P<wrong>[\w' -]{1,30}?)(?:,| but) ?(?:but "
        r"|it'?s |its )*(?P<right>[\w' -]{1,30}?)[.!]*$",
        re.IGNORECASE,
    ),
    re.compile(
        r"^(?:不对?[,，])?(?:是|叫)?(?P<right>[^,，不]{1,10})[,，]?(?:而)?不(?:是|叫)(?P<wrong>[^,，]{1,10})[。!！]*$"
    ),
    re.compile(
        r"^(?:不[,，])?不(?:是|叫)(?P<wrong>[^,，]{1,10})[,，]?(?:而)?(?:是|叫)(?P<right>[^,，]{1,10})[。!！]*$"
    ),
)
_INSTEAD = (
    re.compile(
        r"^(?:(?:no|sorry|oops|wait|nope|actually)[,.!]* ?)+(?:i meant(?: to say)?|i mean"
        r"|it'?s|make that) (?P<right>[\w' -]{1,30}?)[.!]*$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:i meant(?: to say)?|make that|correction:?) (?P<right>[\w' -]{1,30}?)[.!]*$", re.IGNORECASE),
    re.compile(r"^(?:不对|说错了|打错了|更正)[,，:：]?(?:应该)?是?(?P<right>[^,，是我]{1,10})[。!！]*$"),
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the person, its id, and the day it was said on."""

    text: str
    on: datetime.date
    id: str = ""


def observe(state: PersonaState, turn: Turn) -> PersonaState:
    """Return the state after a turn. Total: any text gives a valid state."""
    text = normal(turn.text)
    language = language_of([text])
    state = replace(_without_bygone_plans(state, turn.on), wishes=read_wishes(text, state.wishes))
    if (left := withdrawn(state, text, language, turn.on)) is not None:
        return replace(left, turns=state.turns + 1)
    claims = claims_of(text, language, turn.on)
    corrected = state if claims else _corrected(state, text)
    state = replace(corrected, turns=state.turns + 1)
    for claim in _placed(claims, turn, state.turns):
        state = _taken_in(state, claim)
    return state


def _placed(claims: Iterable[Claim], turn: Turn, number: int) -> Iterable[Claim]:
    """Note with each fact where it comes from."""
    for claim in claims:
        fact = replace(claim.fact, source=turn.id[:LONGEST], said_on=turn.on.isoformat(), turn=number)
        yield replace(claim, fact=fact)


def _taken_in(state: PersonaState, claim: Claim) -> PersonaState:
    """Return the state with one claim: what it replaces or denies goes, what it states comes."""
    fact = claim.fact
    if claim.denied:
        return state.without(lambda known: not known.past and _names(fact, known))
    if fact.past:
        return _ended(state, fact)
    return state.without(lambda known: _is_replaced(known, fact)).adding(_with_owner_known(state, fact))


def _with_owner_known(state: PersonaState, fact: Fact) -> Fact:
    """Keep a name that was told before when only the kind is named again ("I have a cat", after "my cat Miso")."""
    named = [known for known in state.find(fact.relation, fact.key, fact.owner) if known.value]
    return replace(fact, value=named[-1].value) if _is_bare_mention(fact) and len(named) == 1 else fact


def _is_bare_mention(fact: Fact) -> bool:
    return fact.relation in ("pet", "kin") and not fact.value and fact.count is None


def _names(meant: Fact, known: Fact) -> bool:
    """Whether a fact denied or ended is this one."""
    same = (meant.relation, meant.owner, meant.key) == (known.relation, known.owner, known.key)
    return same and (
        not meant.value or meant.says(known.value) or (meant.relation in ("pet", "kin") and not known.value)
    )


def _ended(state: PersonaState, fact: Fact) -> PersonaState:
    """Turn what is known into what was; the name of a pet that died stays with it."""
    over = [known for known in state.facts if not known.past and _names(fact, known)]
    state = state.without(
        lambda known: known in over or (known.past and replace(known, turn=0) == replace(fact, turn=0))
    )
    named = [known.value for known in over if known.value]
    if not fact.value and not fact.key and not named:
        return state
    return state.adding(replace(fact, value=fact.value or (named[-1] if named else "")))


def _is_replaced(known: Fact, fact: Fact) -> bool:
    """Whether a new fact takes the place of a known one."""
    if known.past or known.owner != fact.owner:
        return False
    if fact.relation in SINGLE:
        return known.relation == fact.relation and known.key == fact.key
    if fact.relation in ("pet", "kin"):
        return known.relation == fact.relation and _is_same_kind_replaced(known, fact)
    if known.relation == _OPPOSITE.get(fact.relation) and known.says(fact.value):
        return True
    if fact.relation == "diet" and known.relation == "diet" and {known.value, fact.value} <= _PLANT_DIETS:
        return True
    return known.relation == fact.relation and known.says(fact.value) and bare(known.value) == bare(fact.value)


def _is_same_kind_replaced(known: Fact, fact: Fact) -> bool:
    if fact.count == 0:
        return fact.key == "pet" or known.key in takes_in(fact.key)
    if known.count == 0:
        return known.key == "pet" or fact.key in takes_in(known.key)
    if known.key != fact.key:
        return False
    if fact.count is not None:
        return known.count is not None or not known.value
    return (
        known.value == fact.value
        or (not known.value and known.count is None)
        or (not fact.value and known.count is None)
    )


def _corrected(state: PersonaState, text: str) -> PersonaState:
    """Put right what "Rex, not Max" or, about the turn before, "I meant Bergen" says."""
    for pattern in _RIGHT_NOT_WRONG:
        if match := pattern.match(text):
            wrong = [fact for fact in state.facts if fact.value and fact.says(match["wrong"])]
            return _put_right(state, wrong, match["right"])
    for pattern in _INSTEAD:
        if match := pattern.match(text):
            last = [fact for fact in state.facts if fact.turn == state.turns and fact.value]
            return _put_right(state, last if len(last) == 1 else [], match["right"])
    return state


def _put_right(state: PersonaState, wrong: list[Fact], right: str) -> PersonaState:
    facts = tuple(replace(fact, value=_fitting(fact, right.strip())) if fact in wrong else fact for fact in state.facts)
    return replace(state, facts=facts)


def _fitting(fact: Fact, right: str) -> str:
    """Return the right value in the form of its relation; one that can't be it changes nothing."""
    if fact.relation in ("age", "born", "birthday"):
        return right if right.isdecimal() and fact.relation != "birthday" else fact.value
    if fact.relation == "works_at" and (before := re.match(r"(?:at|in|for) ", fact.value)):
        return right if re.match(r"(?:at|in|for) ", right) else before[0] + right
    named = fact.relation in ("name", "called", "pet", "kin") and right
    return right[0].upper() + right[1:] if named else right or fact.value


def _without_bygone_plans(state: PersonaState, today: datetime.date) -> PersonaState:
    def bygone(fact: Fact) -> bool:
        return (
            fact.relation == "plan"
            and fact.owner == SELF
            and fact.when[:4].isdecimal()
            and fact.when < today.isoformat()
        )

    return state.without(bygone)
