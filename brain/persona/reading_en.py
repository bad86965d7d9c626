"""What an English message claims: its clauses through the table of relations."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

from brain.persona import values_en as values
from brain.persona.claim import Claim, stated
from brain.persona.clause import Clause
from brain.persona.clauses_en import english_clauses
from brain.persona.fact import SELF, Fact, Relation
from brain.persona.kinds import COUNTABLE, any_of, content, kind_of
from brain.persona.plans_en import english_plan, english_plan_with_date_first
from brain.persona.third_person import third_person

Found = re.Match[str]
_THEIRS = "their"
_ONE_ALLERGY = re.compile(
    r"^(?:mornings?|mondays?|people|work|homework|stupid\w*|bullshit|drama|humans|kids)\b", re.IGNORECASE
)
_MEALS = re.compile(
    (
        r"^(?:children|kids|pets|fun|sex|nice things|visitors|a \w+|it|that|much|enough|anything"
        r"|well|right now|out|alone|late|early|at|in|with|before|after|here|there)\b"
    ),
    re.IGNORECASE,
)
_BORN_TODAY = re.compile(r"^(?:it.?s|today is|today.?s) my (?:birthday|bday)(?: today)?\W*$", re.IGNORECASE)
_CALL_ME = re.compile(
    (
        r"^(?:(?:but |and |so )?(?:you can|you may|please|just|people|everyone|everybody"
        r"|friends|they|my friends|most people|folks) ?(?:all |just |also )?)*calls? me (?P<value>[^,]+)$"
    ),
    re.IGNORECASE,
)
_NAMES = re.compile(r"^name(?:'?s| is|:) (?P<value>.+)$", re.IGNORECASE)
_ELIDED_LIKE = re.compile(r"^(?:not (?:a )?(?:big |huge )?fan of |fav|fave)", re.IGNORECASE)
_GREETED = re.compile(r"^\W*(?:hi|hey|hello|good (?:morning|evening|afternoon)|hiya)\b", re.IGNORECASE)
_TO_NOTE = re.compile(
    (
        r"^\W*(?:please |pls |can you )?(?:remember|note|keep in mind|don.?t forget)(?: that"
        r"|:)+ (?P<line>(?:i|my|i.m)\b .+)$"
    ),
    re.IGNORECASE,
)
_LOST = re.compile(
    r"^my (?:\w+ )?(?P<kind>{pets}),?(?: (?-i:(?P<named>[A-Z]\w+)))? (?:just |sadly "
    r"|recently )?(?:died|passed away|passed|has died|is dead|was put down)\b"
    r"|^(?:be )?(?:gave|given|rehomed|sold) (?:up )?my (?:\w+ )?(?P<away>{pets})\b".replace(
        "{pets}", any_of("pets", "en")
    ),
    re.IGNORECASE,
)
_PARTED = re.compile(
    (
        r"^(?:and )?(?:just |recently )?(?:broke up with|split up with|split from|divorced"
        r"|separated from|left|be no longer with) my (?P<kin>girlfriend|boyfriend|wife|husband"
        r"|fiancee?|partner|gf|bf)\b"
    ),
    re.IGNORECASE,
)
_GOT_PET = re.compile(r"^(?:just |recently |finally )?(?:got|get|have|adopted|rescued|bought) (?=.)", re.IGNORECASE)
_LEFT_JOB = re.compile(r"^(?:just )?(?:quit|left|lost) my job (?P<value>(?:at|for) .+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Rule:
    relation: Relation
    read: str
    patterns: tuple[re.Pattern[str], ...]
    only_self: bool


def english_claims(message: str, today: datetime.date) -> list[Claim]:
    """Return what an English message claims, in order."""
    claims: list[Claim] = []
    for clause in english_clauses(message):
        if clause.owner == _THEIRS:
            claims = _with_name(claims, clause.text)
        else:
            claims.extend(_of_clause(clause, message, today))
    return claims or _noted(message)


def _with_name(claims: list[Claim], text: str) -> list[Claim]:
    """Give the pet or person told of last its name: "his name is Bruno", "we named her Usva"."""
    match = re.search(r"(?:be|is|are|(?:named|called) (?:him|her|it|them)) (?P<name>(?-i:[A-Z])\S.*)$", text)
    if not match or not claims or claims[-1].fact.relation not in ("pet", "kin") or claims[-1].fact.value:
        return claims
    last = claims[-1]
    names = values.names(match["name"])
    return [*claims[:-1], *(replace(last, fact=replace(last.fact, value=name, count=None)) for name in names)]


def _noted(message: str) -> list[Claim]:
    """Keep as a line what is to be remembered and fits no relation."""
    match = _TO_NOTE.match(message.strip())
    line = values.line(third_person(match["line"])) if match else None
    return [Claim(Fact("about", line))] if line else []


def _of_clause(clause: Clause, message: str, today: datetime.date) -> Iterator[Claim]:
    """Yield the claims of one clause: those of its owner's name, then all that the table finds, each relation once."""
    if clause.name and clause.owner not in ("", SELF) and (name := values.name(clause.name)):
        yield Claim(Fact("kin", name, clause.owner))
    if (match := _CALL_ME.match(clause.text)) and (name := values.name(re.sub(r" at \w+$", "", match["value"]))):
        yield Claim(Fact("called", name))
        return
    if clause.owner == "":
        yield from _without_subject(clause, message, today)
        return
    if special := _special(clause, message):
        yield special
        return
    if plan := english_plan(clause, today):
        yield plan
        return
    done: set[Relation] = set()
    for rule in _rules():
        if rule.relation in done or (rule.only_self and clause.owner != SELF):
            continue
        for pattern in rule.patterns:
            if (match := pattern.fullmatch(clause.text)) and (facts := _READERS[rule.read](rule, clause, match, today)):
                done.add(rule.relation)
                yield from facts
                break


def _special(clause: Clause, message: str) -> Claim | None:
    """Read what no table row can say: losses, partings, and "hi, i'm Anna"."""
    if clause.owner != SELF:
        return None
    if match := _LOST.match(clause.text):
        kind = kind_of(match["kind"] or match["away"], "pets", "en") or ""
        return Claim(Fact("pet", match["named"] or "", kind, past=True))
    if match := _PARTED.match(clause.text):
        return Claim(Fact("kin", "", kind_of(match["kin"], "kin", "en") or "", past=True))
    if match := _LEFT_JOB.match(clause.text):
        return Claim(Fact("works_at", values.phrase(match["value"]) or "", past=True))
    if clause.mode == "is" and (match := re.fullmatch(r"be (?P<value>[^\d]+)", clause.text)):
        return _introduced(match["value"], message)
    return None


def _introduced(text: str, message: str) -> Claim | None:
    """Take "I'm Priya" for a name where it is written as one, or greets ("hey im lena")."""
    name = values.name(text)
    if name is None or (" " in name and not text[0].isupper()):
        return None
    if text[0].isupper() and not text.isupper():
        return Claim(Fact("name", name, confidence=0.8))
    greeted = (
        _GREETED.match(message) and not re.search(r"(?:ed|ing|y|ful|ous|ish)$", text) and len(message.split()) <= 4
    )
    return Claim(Fact("name", name, confidence=0.6)) if greeted else None


def _without_subject(clause: Clause, message: str, today: datetime.date) -> Iterator[Claim]:
    if _BORN_TODAY.match(clause.text):
        yield Claim(Fact("birthday", today.isoformat()[5:]))
    elif match := re.fullmatch(r"this is my (?P<kin>[\w ]+?),? (?P<name>(?-i:[A-Z])\w+)", clause.text, re.IGNORECASE):
        kind = kind_of(match["kin"], "kin", "en")
        yield from [Claim(Fact("kin", match["name"], kind))] if kind else []
    elif (
        (match := _NAMES.match(clause.text))
        and message.startswith(clause.text[:4])
        and (name := values.name(match["value"]))
    ):
        yield Claim(Fact("name", name))
    elif plan := english_plan_with_date_first(clause.text, today):
        yield plan
    elif _ELIDED_LIKE.match(clause.text) or re.search(r" (?:is|are) my (?:fav|all)|^born ", clause.text, re.IGNORECASE):
        for rule in _rules():
            matches = (
                pattern.fullmatch(clause.text)
                for pattern in rule.patterns
                if rule.relation in ("favourite", "dislikes", "birthday")
            )
            if match := next(filter(None, matches), None):
                yield from _READERS[rule.read](rule, replace(clause, owner=SELF), match, today)


def _one(read: Callable[[str], str | None]) -> Callable[[_Rule, Clause, Found, datetime.date], Sequence[Claim]]:
    def single(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
        value = read(match["value"])
        return [stated(Fact(rule.relation, value, owner=clause.owner), clause.mode)] if value else []

    return single


def _name(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    if clause.owner == SELF:
        return _one(values.name)(rule, clause, match, today)
    return [stated(Fact("kin", name, clause.owner), clause.mode) for name in values.names(match["value"])]


def _age(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    """Read an age; a bare number is one only after "I'm Deepa" and its like."""
    if clause.text == match["value"] and not clause.introduced:
        return []
    return _one(values.age)(rule, clause, match, today)


def _place(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    return (
        []
        if clause.owner != SELF and clause.text.startswith("from ")
        else _one(values.place)(rule, clause, match, today)
    )


def _day(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    value = values.day(match["value"], today)
    return [Claim(Fact(rule.relation, value, owner=clause.owner))] if value else []


def _job(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    value = values.job(match["value"])
    if value is None or (not clause.text.startswith("work as") and not values.is_listed_job(value)):
        return []
    return [stated(Fact("works_as", value, owner=clause.owner), clause.mode)]


def _list(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    relation: Relation = rule.relation
    mode = clause.mode
    if mode == "not" and relation == "likes":
        relation, mode = "dislikes", "is"
    if mode == "not" and relation == "dislikes":
        return []
    found = values.several(match["value"])
    if relation == "allergic_to":
        found = [values.without_article(value) for value in found if not _ONE_ALLERGY.match(value)]
    return [stated(Fact(relation, value, owner=clause.owner), mode) for value in found]


def _foods(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    found = [values.without_article(value) for value in values.several(match["value"]) if not _MEALS.match(value)]
    return (
        [Claim(Fact("avoids", value, owner=clause.owner)) for value in found]
        if clause.mode == ("not" if clause.text.startswith(("eat", "drink", "touch")) else "is")
        else []
    )


def _subject(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    value = values.phrase(match["value"])
    if value is None or re.match(r"(?:for|hard|all|at|in|a lot|with|until|tonight|tomorrow|every|on|the)\b", value):
        return []
    return [stated(Fact("studies", value, owner=clause.owner), clause.mode)] if clause.mode != "not" else []


def _favourite(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    value = values.phrase(re.sub(r"^(?:is|are|be) ", "", match["value"]))
    thin = match["key"] in ("part", "thing", "one", "person", "human", "bot")
    fact = Fact("favourite", value or "", values.spelled(match["key"]), clause.owner)
    return [stated(fact, clause.mode)] if value and not thin else []


def _pets(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    groups = match.groupdict()
    if kind := kind_of(groups.get("kind") or "", "pets", "en"):
        names = values.names(groups.get("value") or groups.get("named") or "")
        return [stated(Fact("pet", name, kind, clause.owner), clause.mode) for name in names]
    claims: list[Claim] = []
    for word, number, named in values.counted(_determined(clause, match["value"])):
        kind = "pet" if word.rstrip("s") in ("pet", "animal") else kind_of(word, "pets", "en")
        claims.extend(_owned("pet", kind, number, named, clause) if kind else [])
    return claims


def _kin(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    groups = match.groupdict()
    if groups.get("none"):
        return [Claim(Fact("kin", key="sibling", owner=clause.owner, count=0))]
    if kind := kind_of(groups.get("kind") or "", "kin", "en"):
        return [Claim(Fact("kin", name, kind)) for name in values.names(match["value"])]
    text = match["value"]
    if re.match(r"(?:be )?(?:a |the )?\w* ?(?:father|mother|dad|mom|mum|parent)", clause.text.removeprefix("be ")):
        text = re.sub(r"^([\w]+)$", r"\1 kids", text)
        text = re.sub(r" (?:boys|girls)$", " kids", text)
    claims: list[Claim] = []
    for word, number, named in values.counted(_determined(clause, text)):
        kind = kind_of(word, "kin", "en")
        claims.extend(_owned("kin", kind, number, named, clause) if kind else [])
    return claims


def _determined(clause: Clause, text: str) -> str:
    """Read "don't have kids" as "don't have no kids"."""
    return f"no {text}" if clause.mode == "not" and not re.match(r"(?:an?|any|one|no|\d+) ", text) else text


def _owned(relation: Relation, kind: str, number: int | None, named: str, clause: Clause) -> list[Claim]:
    """Return claims of one pet or person by name, or of how many there are."""
    fact = Fact(relation, key=kind, owner=clause.owner)
    if clause.mode == "not" or number == 0:
        if relation == "kin" and kind not in COUNTABLE:
            return []
        return [Claim(replace(fact, count=0))] if clause.mode != "was" else []
    if names := values.names(named):
        return [stated(replace(fact, value=name), clause.mode) for name in names]
    return [stated(replace(fact, count=number if number != 1 else None), clause.mode)]


def _diet(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    text = re.sub(
        r"^(?:an? )|(?: (?:now|for|since|again|diet|person)\b.*)$", "", values.phrase(match["value"]) or ""
    ).replace("-", " ")
    if not re.fullmatch(values.word("diets").pattern, text, re.IGNORECASE):
        return []
    return [stated(Fact("diet", text.lower(), owner=clause.owner), clause.mode)]


def _about(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    groups = match.groupdict()
    if clause.mode == "not":
        return []
    if spoken := groups.get("speaks"):
        return [
            stated(Fact("about", f"speaks {value}"), clause.mode)
            for value in values.several(spoken)
            if _is_language(value)
        ]
    line = values.line(third_person(groups["value"] if clause.text != f"be {groups['value']}" else clause.text))
    line = re.sub(r" in a band$| in an? \w+ band$", "", line) if line else None
    return [stated(Fact("about", line), clause.mode)] if line else []


def _is_language(value: str) -> bool:
    return value[0].isupper() or bool(
        re.search(r"(?:ish|ese|ian|man|ench|utch|ic|ish|indi|languages|anto|reek)$", value)
    )


def _year(text: str) -> str | None:
    return text if 1900 <= int(text) <= 2100 else None


_READERS: dict[str, Callable[[_Rule, Clause, Found, datetime.date], Sequence[Claim]]] = {
    "name": _name,
    "age": _age,
    "day": _day,
    "year": _one(_year),
    "place": _place,
    "school": _one(values.school),
    "home": _one(values.home),
    "job": _job,
    "workplace": _one(values.workplace),
    "subject": _subject,
    "favourite": _favourite,
    "list": _list,
    "pets": _pets,
    "kin": _kin,
    "diet": _diet,
    "foods": _foods,
    "about": _about,
}


@cache
def _rules() -> tuple[_Rule, ...]:
    rows = cast("Sequence[Mapping[str, object]]", content("relations.en.toml")["rules"])
    return tuple(
        _Rule(
            cast("Relation", row["relation"]),
            str(row["read"]),
            tuple(re.compile(_filled(pattern), re.IGNORECASE) for pattern in cast("Sequence[str]", row["patterns"])),
            bool(row.get("self")),
        )
        for row in rows
    )


def _filled(pattern: str) -> str:
    for slot, words in (("{pets}", any_of("pets", "en")), ("{kin}", any_of("kin", "en"))):
        pattern = pattern.replace(slot, words)
    return pattern.replace("{trait}", f"(?:{values.word('trait').pattern})")
