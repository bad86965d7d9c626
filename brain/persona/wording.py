"""Wording: facts as phrases, in both languages. `words/lines.toml` holds the lines."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence

from brain.exact.calendar_words import month_in_english
from brain.persona.fact import SELF, Fact
from brain.persona.kinds import content, said
from brain.persona.third_person import second_person
from brain.text.language import Language

_ARTICLE = re.compile(r"^(?:an?|the|my|our|your) ", re.IGNORECASE)
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def lines(relation: str, language: Language) -> Mapping[str, str]:
    """Return the lines of a relation."""
    return content("lines.toml")[language][relation]  # pyright: ignore[reportReturnType]


def frames(kind: str, language: Language) -> Sequence[str]:
    """Return the sentences of a kind of answer."""
    return content("lines.toml")["frames"][language][kind]  # pyright: ignore[reportReturnType]


def whom(owner: str, language: Language) -> str:
    """Return "you", "your sister", 你, 你妹妹."""
    if owner == SELF:
        return "你" if language == "zh" else "you"
    return f"你{said(owner, 'zh')}" if language == "zh" else f"your {said(owner, 'en')}"


def value_of(fact: Fact, language: Language) -> str:
    """Return a fact's value as a phrase: a day as people write it, pets and people with their names."""
    if fact.relation == "birthday":
        return _day(fact.value, language)
    if fact.relation in ("pet", "kin"):
        return _owned(fact, language)
    if fact.relation == "plan":
        return _plan(fact, language)
    return fact.value


def joined(values: Sequence[str], language: Language) -> str:
    """Return a list in words, each value once."""
    values = list(dict.fromkeys(values))
    if language == "zh":
        return "、".join(values)
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} and {values[-1]}"


def line_of(facts: Sequence[Fact], language: Language, they: bool = False) -> str:
    """Return facts of one relation and key as what follows "You" ("live in Oslo"), or "they" ("lives in Oslo")."""
    fact = facts[0]
    if fact.relation == "about" and language == "en" and not they:
        return joined([second_person(each.value) for each in facts], language)
    line = lines(fact.relation, language)
    form = line["line"] if language == "zh" else line["they" if they else "you"]
    values = joined([value_of(each, language) for each in facts], language)
    vowel = values[:1].lower() in "aeio"
    article = "" if language == "zh" or _ARTICLE.match(values) else "an " if vowel else "a "
    inside = "" if re.match(r"(?:on|near|at|outside|by) ", values) else "in "
    return form.replace("{a}", article).replace("{in}", inside).replace("{k}", fact.key).replace("{v}", values)


def number(count: int, language: Language) -> str:
    """Return a number in words up to twelve."""
    if language == "zh":
        return "两" if count == 2 else str(count)
    return str(count) if count >= len(_NUMBERS) else _NUMBERS[count]


def measure(relation: str) -> str:
    """Return the Chinese measure word for pets or people."""
    return "只" if relation == "pet" else "个"


def ended(facts: Sequence[Fact], language: Language) -> str:
    """Return what was so as what follows "used to" ("live in Oslo") or 以前."""
    return re.sub("^are ", "be ", line_of(facts, language))


def _owned(fact: Fact, language: Language) -> str:
    many = fact.count is not None and fact.count > 1
    kind = said(fact.key, language, many or fact.count == 0)
    if language == "zh":
        start = (
            f"{number(fact.count or 0, 'zh')}{measure(fact.relation)}" if many else "没有" if fact.count == 0 else ""
        )
        return f"{start}{kind}" + (f"（{fact.value}）" if fact.value else "")
    start = number(fact.count, language) if fact.count is not None else "an" if kind[0] in "aeiou" else "a"
    return f"{start} {kind}" + (f" called {fact.value}" if fact.value else "")


def _plan(fact: Fact, language: Language) -> str:
    when = _day(fact.when, language) if re.fullmatch(r"\d{4}-\d\d-\d\d", fact.when) else fact.when
    if language == "zh":
        return f"{when}{fact.value}"
    return f"{fact.value} on {when}" if fact.when[:1].isdecimal() else f"{fact.value} {when}"


def _day(text: str, language: Language) -> str:
    """Write 03-14 as 14 March, and 1990-03-14 as 14 March 1990; what is no day stays as it is."""
    try:
        date = datetime.date.fromisoformat(text if len(text) > 5 else f"2000-{text}")
    except ValueError:
        return text
    year = date.year if len(text) > 5 else None
    if language == "zh":
        return f"{f'{year}年' if year else ''}{date.month}月{date.day}日"
    return f"{date.day} {month_in_english(date.month)}{f' {year}' if year else ''}"
