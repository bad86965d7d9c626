"""answer: facts asked back, exactly as they were told; what was never told is said to be so."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

from brain.persona.against import forbidden_food
from brain.persona.asking import Asked, read_question
from brain.persona.counting import count_of
from brain.persona.fact import SELF, Fact, bare
from brain.persona.kinds import said, takes_in
from brain.persona.state import PersonaState
from brain.persona.third_person import third_person
from brain.persona.wording import ended, frames, joined, line_of, lines, measure, number, value_of, whom

_ALSO: dict[str, tuple[str, ...]] = {
    "name": ("name", "called", "surname"),
    "called": ("called", "name"),
    "birthday": ("birthday", "born"),
    "born_in": ("born_in", "from"),
    "from": ("from", "born_in", "grew_up_in"),
    "works_as": ("works_as", "works_at"),
    "works_at": ("works_at", "works_as"),
    "diet": ("diet", "avoids", "allergic_to"),
    "avoids": ("avoids", "diet", "allergic_to"),
    "studies": ("studies", "studies_at"),
    "studies_at": ("studies_at", "studies"),
}
"""What answers a question, the closest relation first; later ones are told along with it or in its place."""
_ALONG = frozenset({"name", "diet", "avoids", "birthday"})
_YES_NO_PAIRS = {"likes": "dislikes", "dislikes": "likes"}


def answer(state: PersonaState, question: str) -> str | None:
    """Return the answer to a question for facts; None for a message that asks for none."""
    asked = read_question(question)
    if not asked:
        return None
    seed = zlib.crc32(f"{question}\n{state.turns}".encode("utf-8", "surrogatepass"))
    return (" " if asked[0].language == "en" else "").join(
        _one(state, each, seed + place) for place, each in enumerate(asked)
    )


def _one(state: PersonaState, asked: Asked, seed: int) -> str:
    if asked.relation == "all":
        return _everything(state, asked, seed)
    if asked.relation in ("pet", "kin"):
        return _owned(state, asked, seed)
    if asked.relation == "plan":
        return _planned(state, asked, seed)
    if asked.relation == "about":
        return _about(state, asked, seed)
    return _whether(state, asked, seed) if asked.value else _what(state, asked, seed)


def _what(state: PersonaState, asked: Asked, seed: int) -> str:
    """Say the value of a relation, with what belongs to it."""
    if asked.past:
        past = _found(state, asked, asked.relation)
        return _framed("past", asked, seed, line=ended(past, asked.language)) if past else _unknown(asked, seed)
    if asked.relation == "name" and asked.owner != SELF:
        return _owned(state, Asked("kin", SELF, asked.owner, language=asked.language), seed)
    found: list[str] = []
    for relation in _ALSO.get(asked.relation, (asked.relation,)):
        if (facts := _found(state, asked, relation)) and (not found or asked.relation in _ALONG):
            found.append(line_of(facts, asked.language, asked.owner != SELF))
    if not found:
        return _ended(state, asked, seed) or _unknown(asked, seed)
    return _framed("known", asked, seed, line=_with(found, asked))


def _found(state: PersonaState, asked: Asked, relation: str) -> list[Fact]:
    facts = [fact for owner in _owners(asked.owner) for fact in state.find(relation, "", owner, asked.past)]
    return [fact for fact in facts if not asked.key or _same_key(fact.key, asked.key)]


def _same_key(told: str, asked: str) -> bool:
    spelled = {
        "color": "colour",
        "movie": "film",
        "颜色": "colour",
        "电影": "film",
        "食物": "food",
        "歌手": "singer",
        "书": "book",
        "季节": "season",
    }
    return spelled.get(told, told) == spelled.get(asked, asked)


def _owners(owner: str) -> Sequence[str]:
    """Return whose facts count: a sister's are also those of the older sister."""
    return [SELF] if owner == SELF else sorted(takes_in(owner))


def _whether(state: PersonaState, asked: Asked, seed: int) -> str:
    """Say yes or no with what was told, or that nothing was."""
    facts = _found(state, asked, asked.relation)
    if asked.relation in ("avoids", "allergic_to", "diet") and (against := _eats_not(state, asked)):
        sign = "yes" if asked.relation != "avoids" else "known" if asked.language == "zh" else "no"
        return _framed(sign, asked, seed, line=line_of([against], asked.language, asked.owner != SELF))
    if said_so := [fact for fact in facts if _is(fact, asked.value)]:
        sign = "no" if asked.relation == "avoids" else "yes"
        return _framed(sign, asked, seed, line=line_of(said_so, asked.language, asked.owner != SELF))
    opposite = [fact for fact in _found(state, asked, _YES_NO_PAIRS.get(asked.relation, "")) if _is(fact, asked.value)]
    if opposite or (facts and asked.relation not in ("likes", "dislikes", "avoids", "allergic_to", "diet")):
        return _framed("no", asked, seed, line=line_of(opposite or facts, asked.language, asked.owner != SELF))
    return _ended(state, asked, seed) or _unknown(asked, seed)


def _eats_not(state: PersonaState, asked: Asked) -> Fact | None:
    """Return the fact by which somebody can't have a food, or is allergic to what is asked about."""
    facts = [fact for relation in ("allergic_to", "avoids", "diet") for fact in _found(state, asked, relation)]
    if asked.relation == "avoids":
        return forbidden_food(facts, asked.value)
    return next((fact for fact in facts if fact.relation == asked.relation and _is(fact, asked.value)), None)


def _is(fact: Fact, value: str) -> bool:
    """Whether a value is the one asked about, or names it ("oslo" for "a flat in Oslo")."""
    told, asked = bare(fact.value), bare(re.sub(r"^(?:at|in|for) ", "", value))
    told = bare(re.sub(r"^(?:at|in|for) ", "", told))
    if not asked or not told:
        return False
    if told == asked or told.rstrip("s") == asked.rstrip("s") or value_of(fact, "en").lower() == asked:
        return True
    if re.search(r"[\u4e00-\u9fff]", told + asked):
        return (len(asked) > 1 and asked in told) or (len(told) > 1 and told in asked)
    return re.search(rf"\b{re.escape(asked)}\b", told) is not None


def _owned(state: PersonaState, asked: Asked, seed: int) -> str:
    """Say which pets or relatives there are, their names, or how many."""
    owner = asked.owner
    keys = takes_in(asked.key) if asked.key not in ("", "pet") else None
    facts = [
        fact
        for each in _owners(owner)
        for fact in state.find(asked.relation, "", each, asked.past)
        if keys is None or fact.key in keys
    ]
    count = count_of(state, asked.relation, asked.key, owner) if asked.key and not asked.past else len(facts) or None
    if count is None and not facts:
        if asked.relation == "pet" and asked.key != "pet" and count_of(state, "pet", "pet", owner) == 0:
            return _framed("none", asked, seed)
        return _ended(state, asked, seed) or _unknown(asked, seed)
    if count == 0:
        return _ended(state, asked, seed) or _framed("none", asked, seed)
    named = [fact for fact in facts if fact.value]
    if asked.how_many:
        return _framed("known", asked, seed, line=_counted(asked, count or 0, [fact.value for fact in named]))
    shown = named + [fact for fact in facts if not fact.value and fact.key not in {known.key for known in named}]
    if asked.past and shown:
        return _framed("past", asked, seed, line=ended(shown, asked.language))
    line = line_of(shown, asked.language, owner != SELF) if shown else _counted(asked, count or 1, [])
    return _framed("known", asked, seed, line=line)


def _counted(asked: Asked, count: int, names: Sequence[str]) -> str:
    has = "has" if asked.owner != SELF else "have"
    kind = said(asked.key or asked.relation, asked.language, count != 1)
    told = (
        f": {joined(names, asked.language)}"
        if names and asked.language == "en"
        else f"：{joined(names, 'zh')}"
        if names
        else ""
    )
    return (
        f"有{number(count, 'zh')}{measure(asked.relation)}{kind}{told}"
        if asked.language == "zh"
        else f"{has} {number(count, 'en')} {kind}{told}"
    )


def _planned(state: PersonaState, asked: Asked, seed: int) -> str:
    """Say the plans, or the one that a word of the question names."""
    plans = [fact for owner in _owners(asked.owner) for fact in state.find("plan", "", owner)]
    words = set(re.findall(r"[a-z]{3,}", asked.key.lower())) - {"the", "going", "doing", "getting", "for"}
    if asked.key and asked.language == "zh":
        plans = [fact for fact in plans if set(asked.key) & set(fact.value) - set("我去要做的")]
    elif asked.key:
        plans = [fact for fact in plans if any(word.rstrip("s")[:5] in fact.value.lower() for word in words)]
    if not plans:
        return _unknown(asked, seed)
    return _framed("known", asked, seed, line=line_of(plans, asked.language))


def _about(state: PersonaState, asked: Asked, seed: int) -> str:
    """Say whether a line about the person was told."""
    for past in (asked.past, not asked.past):
        for fact in state.find("about", "", asked.owner, past):
            if _is_line(fact.value, asked.value, asked.language):
                line = (
                    ended([fact], asked.language) if fact.past else line_of([fact], asked.language, asked.owner != SELF)
                )
                return _framed("past" if fact.past else "known", asked, seed, line=line)
    return _unknown(asked, seed)


def _is_line(told: str, value: str, language: str) -> bool:
    if language == "zh":
        return value in told or told in value
    asked = re.sub(r"\b(?:an?|the)\b ?", "", third_person(value).removeprefix("is "))
    return asked in re.sub(r"\b(?:an?|the)\b ?", "", told).removeprefix("is ")


def _everything(state: PersonaState, asked: Asked, seed: int) -> str:
    """Say all that is known, relation by relation."""
    facts = [fact for fact in state.facts if not fact.past and fact.owner in _owners(asked.owner)]
    if not facts:
        return _framed("withdrawn_all", asked, seed)
    groups = dict.fromkeys((fact.relation, fact.key if fact.relation == "favourite" else "") for fact in facts)
    parts = [
        line_of(
            [fact for fact in facts if (fact.relation, fact.key if fact.relation == "favourite" else "") == group],
            asked.language,
            asked.owner != SELF,
        )
        for group in groups
    ]
    return _framed("known", asked, seed, line=_with(parts, asked))


def _with(parts: Sequence[str], asked: Asked) -> str:
    if asked.language == "zh":
        return "，".join(parts)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _ended(state: PersonaState, asked: Asked, seed: int) -> str | None:
    """Say what was so and is no longer, where nothing else is known."""
    past = [
        fact
        for fact in state.find(asked.relation, "", asked.owner, past=True)
        if asked.relation in ("lives_in", "works_as", "works_at", "pet", "kin", "diet")
        and (asked.key in ("", "pet") or fact.key == asked.key)
    ]
    if not past or asked.past:
        return None
    return _framed("past", asked, seed, line=ended(past, asked.language))


def _unknown(asked: Asked, seed: int) -> str:
    if asked.past:
        return _framed("unknown_past", asked, seed)
    line = lines(asked.relation, asked.language)["unknown"]
    return _framed("unknown", asked, seed, unknown=_agreeing(line, asked))


def _agreeing(line: str, asked: Asked) -> str:
    """Fill in the person, and in English the verbs that agree with them."""
    who = whom(asked.owner, asked.language)
    other = asked.owner != SELF
    for slot, verb in (
        ("{are}", "is" if other else "are"),
        ("{were}", "was" if other else "were"),
        ("{have}", "has" if other else "have"),
    ):
        line = line.replace(slot, verb)
    for verb in ("do", "live", "work", "study", "like", "dislike", "avoid"):
        line = line.replace(f"{{{verb}}}", third_person(verb) if other else verb)
    kind = said(asked.key or "family", asked.language, many=True) if asked.relation in ("pet", "kin") else asked.key
    kind = "家人" if kind == "family" and asked.language == "zh" else kind
    return line.replace("{w_poss}", f"{who}'s" if other else "your").replace("{w}", who).replace("{k}", kind)


def _framed(kind: str, asked: Asked, seed: int, line: str = "", unknown: str = "") -> str:
    """Return one of the sentences of a kind, always the same for the same seed."""
    choices = frames(kind, asked.language)
    frame = _agreeing(choices[seed % len(choices)], asked)
    who = whom(asked.owner, asked.language)
    frame = frame.replace("{S}", who[0].upper() + who[1:]).replace("{s}", who)
    said_so = frame.replace("{line}", line).replace("{unknown}", unknown)
    return said_so[0].upper() + said_so[1:]
