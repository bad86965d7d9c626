"""What a Chinese message claims: its clauses through the table of relations."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

from brain.persona import values_zh as values
from brain.persona.claim import Claim, stated
from brain.persona.clause import Clause
from brain.persona.clauses_zh import chinese_clauses
from brain.persona.fact import SELF, Fact, Relation
from brain.persona.kinds import COUNTABLE, any_of, content, kind_of, word_list
from brain.persona.plans_zh import chinese_plan

Found = re.Match[str]
_GREETED = re.compile(r"^(?:大家好|你好呀?|您好|嗨|哈喽|自我介绍)")
_CALL_ME = re.compile(
    r"^(?:你|你们|大家|朋友们?|同学们?|同事们?|他们|别人)?(?:可以|都|就|平时|一般)*(?:叫|喊|管)我(?:做|叫)?(?P<value>.{1,4}?)(?:就行|就好|吧|就可以了?|好了)?$"
)
_GIVEN = re.compile(
    r"^是(?P<value>[小阿老][\u4e00-\u9fff]|{surnames}[\u4e00-\u9fff]{1,2})$".replace(
        "{surnames}", "[" + values.word("surnames").pattern + "]"
    )
)
_TO_NOTE = re.compile(r"^(?:请|你要?)?(?:帮我)?(?:记住|记一下|记着|别忘了)[,，:：]?(?P<line>我.+)$")
_BORN_TODAY = re.compile(r"^今天是?我(?:的)?生日[!！。了啦]*$")
_LOST = re.compile(
    rf"^(?:的|养的)?(?P<kind>{any_of('pets', 'zh')})(?:前几天|昨天|上周|去年|最近|今天)?(?:死了?"
    rf"|去世了?|走了|没了|离世了?|去喵星了|去汪星了)$"
)
_PARTED = re.compile(r"^(?:刚)?(?:跟|和|与)(?P<kin>男朋友|女朋友|男友|女友|老公|老婆|对象)(?:分手|离婚|分)了?$")
_NOT_PERSON = re.compile(r"^(?:好|坏|一个|个|急|什么|这|那|大|小|男|女|老|新|怎样)")


@dataclass(frozen=True, slots=True)
class _Rule:
    relation: Relation
    read: str
    patterns: tuple[re.Pattern[str], ...]
    only_self: bool


def chinese_claims(message: str, today: datetime.date) -> list[Claim]:
    """Return what a Chinese message claims, in order."""
    bare = message.strip()
    if _BORN_TODAY.match(bare):
        return [Claim(Fact("birthday", today.isoformat()[5:], language="zh"))]
    if (
        (match := _CALL_ME.match(bare.rstrip("。!！~ ")))
        and (name := values.name(match["value"]))
        and not kind_of(name, "kin", "zh")
    ):
        return [Claim(Fact("called", name, language="zh"))]
    claims = [claim for clause in chinese_clauses(message) for claim in _of_clause(clause, message, today)]
    return [Claim(replace(claim.fact, language="zh"), claim.denied) for claim in claims or _noted(bare)]


def _noted(message: str) -> list[Claim]:
    """Keep as a line what is to be remembered and fits no relation."""
    match = _TO_NOTE.match(message)
    line = values.phrase(re.sub(r"^我(?:的)?", "", match["line"])) if match else None
    return [Claim(Fact("about", line))] if line else []


def _of_clause(clause: Clause, message: str, today: datetime.date) -> Iterator[Claim]:
    """Yield the claims of one clause: what the table finds, each relation once."""
    if special := _special(clause, message) or chinese_plan(clause, today):
        yield special
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
    """Read what no table row can say: losses, partings, and 我是小美."""
    if clause.owner != SELF:
        return None
    if match := _LOST.match(clause.text):
        return Claim(Fact("pet", key=kind_of(match["kind"], "pets", "zh") or "", past=True))
    if match := _PARTED.match(clause.text):
        return Claim(Fact("kin", key=kind_of(match["kin"], "kin", "zh") or "", past=True))
    if (match := _GIVEN.match(clause.text)) and not values.job(match["value"]):
        surname = match["value"][0] not in "小阿老"
        told = f"我是{match['value']}" in message
        return (
            Claim(Fact("name", match["value"], confidence=0.8))
            if told and (not surname or _GREETED.match(message))
            else None
        )
    return None


def _one(read: Callable[[str], str | None]) -> Callable[[_Rule, Clause, Found, datetime.date], Sequence[Claim]]:
    def single(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
        value = read(match["value"])
        return [stated(Fact(rule.relation, value, owner=clause.owner), clause.mode)] if value else []

    return single


def _name(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    value = values.name(match["value"])
    if not value:
        return []
    fact = Fact("name", value) if clause.owner == SELF else Fact("kin", value, clause.owner)
    return [stated(fact, clause.mode)]


def _age(text: str) -> str | None:
    return text if 3 <= int(text) < 120 else None


def _day(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    value = values.day(match["value"], today)
    return [Claim(Fact(rule.relation, value, owner=clause.owner))] if value else []


def _place(text: str) -> str | None:
    found = values.home(text)
    return None if found is None or _NOT_PERSON.match(found) else found


def _list(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    if rule.relation in ("likes", "dislikes") and clause.mode == "not":
        return []
    return [
        stated(Fact(rule.relation, value, owner=clause.owner), clause.mode) for value in values.several(match["value"])
    ]


def _foods(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    if re.match(r"[了下完着到饱惯得起动过素]|点|饭$|东西", match["value"]):
        return []
    return [Claim(Fact("avoids", value, owner=clause.owner)) for value in values.several(match["value"])]


def _subject(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    value = values.phrase(match["value"])
    if (
        value is None
        or len(value) > 8
        or re.search(r"[在不卡]", value)
        or re.match(r"(?:[了不会习得着过生完到一做个成]|历(?!史))|好了|校", value)
    ):
        return []
    return [stated(Fact("studies", value, owner=clause.owner), clause.mode)] if clause.mode != "not" else []


def _favourite(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    value = values.phrase(match["value"])
    return [stated(Fact("favourite", value, match["key"], clause.owner), clause.mode)] if value else []


def _pets(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    groups = match.groupdict()
    if kind := kind_of(groups.get("kind") or "", "pets", "zh"):
        name = values.name(match["value"])
        return [stated(Fact("pet", name, kind, clause.owner), clause.mode)] if name else []
    return _counted(clause, match["value"], values.pet_kind, "pet")


def _kin(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    if match.groupdict().get("none"):
        return [Claim(Fact("kin", key="sibling", owner=clause.owner, count=0))]
    return _counted(clause, match["value"], lambda word: kind_of(word, "kin", "zh"), "kin")


def _counted(clause: Clause, text: str, kind: Callable[[str], str | None], relation: Relation) -> list[Claim]:
    """Return claims of pets or people by name, or of how many there are."""
    claims: list[Claim] = []
    for word, number, named in values.counted(text):
        if key := kind(word):
            if clause.mode == "not" and key not in COUNTABLE and relation == "kin":
                continue
            fact = Fact(relation, values.name(named) or "", key, clause.owner)
            if clause.mode == "not":
                claims.append(Claim(replace(fact, count=0)))
            else:
                claims.append(
                    stated(replace(fact, count=number if number != 1 and not fact.value else None), clause.mode)
                )
    return claims


def _diet(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    return [stated(Fact("diet", match["value"], owner=clause.owner), clause.mode)]


def _about(rule: _Rule, clause: Clause, match: Found, today: datetime.date) -> Sequence[Claim]:
    value = match["value"] if len(match["value"]) <= 16 else None
    if value in ("左撇子", "双性恋", "同性恋"):
        value = f"是{value}"
    return [stated(Fact("about", value), clause.mode)] if value and clause.mode != "not" else []


def _workplace(text: str) -> str | None:
    found = values.phrase(text)
    return None if found is None or found in ("家", "家里", "外面", "外地") else found


_READERS: dict[str, Callable[[_Rule, Clause, Found, datetime.date], Sequence[Claim]]] = {
    "name": _name,
    "surname": _one(lambda text: text if text in values.word("surnames").pattern else None),
    "age": _one(_age),
    "day": _day,
    "year": _one(lambda text: text if 1900 <= int(text) <= 2100 else None),
    "place": _one(_place),
    "home": _one(values.home),
    "job": _one(values.job),
    "workplace": _one(_workplace),
    "school": _one(_workplace),
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
    rows = cast("Sequence[Mapping[str, object]]", content("relations.zh.toml")["rules"])
    return tuple(
        _Rule(
            cast("Relation", row["relation"]),
            str(row["read"]),
            tuple(re.compile(_filled(pattern)) for pattern in cast("Sequence[str]", row["patterns"])),
            bool(row.get("self")),
        )
        for row in rows
    )


def _filled(pattern: str) -> str:
    jobs = "|".join(sorted(word_list("jobs.zh.txt"), key=lambda job: (-len(job), job)))
    for slot, words in (
        ("{pets}", any_of("pets", "zh")),
        ("{job}", f"(?:{jobs})"),
        ("{diets}", values.word("diets").pattern),
        ("{province}", f"(?:{values.word('province').pattern})"),
    ):
        pattern = pattern.replace(slot, words)
    return pattern
