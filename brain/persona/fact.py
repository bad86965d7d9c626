"""Fact: one thing a person said of themselves or of somebody who is theirs, with when they said it and how surely."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, cast, get_args

from brain.text.language import LANGUAGES, Language

Relation = Literal[
    "name", "called", "surname", "age", "birthday", "born", "born_in", "from", "grew_up_in", "lives_in", "works_as",
    "works_at", "studies", "studies_at", "likes", "dislikes", "favourite", "pet", "kin", "allergic_to", "diet",
    "avoids", "plan", "about",
]  # fmt: skip
RELATIONS: tuple[Relation, ...] = get_args(Relation)
SINGLE: frozenset[Relation] = frozenset(RELATIONS) - {
    "likes",
    "dislikes",
    "pet",
    "kin",
    "allergic_to",
    "diet",
    "avoids",
    "plan",
    "about",
}
"""Relations of which one value holds at a time (of "favourite", one a key)."""
SELF = "self"
LONGEST = 80
"""Characters of a value, and of every other text in a fact."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `key` says which: the kind of a pet, the relation of a person, of what something is the favourite."""

    relation: Relation
    value: str = ""
    key: str = ""
    owner: str = SELF
    """Whose fact it is: "self", or who that is to the person ("sister")."""
    count: int | None = None
    """How many there are of what the key says; 0 where the person said that there is none."""
    when: str = ""
    """The day of a plan, in ISO form where it can be told ("next month" can't)."""
    past: bool = False
    """Whether it was so and is no longer."""
    language: Language = "en"
    source: str = ""
    """The id of the message it came from."""
    said_on: str = ""
    """The day it was said, in ISO form."""
    turn: int = 0
    """Which of the person's turns it came from, counted by the state."""
    confidence: float = 1.0

    @property
    def short(self) -> str:
        """The fact on one line, as labels write it: `~pet.dog=Max` was a dog, `sister:age=19`, `kin.child*2`."""
        owner = "" if self.owner == SELF else f"{self.owner}:"
        key = f".{self.key}" if self.key else ""
        value = f"={self.value}" if self.value else ""
        count = "" if self.count is None else f"*{self.count}"
        return f"{'~' * self.past}{owner}{self.relation}{key}{value}{count}{'@' * bool(self.when)}{self.when}"

    def says(self, value: str) -> bool:
        """Whether its value is this one, however it is capitalised and with whatever article."""
        return bare(self.value) == bare(value)


def bare(value: str) -> str:
    """Return a value as it is compared: lower case, without its article or possessive."""
    words = value.casefold().split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in {"a", "an", "the", "my", "our", "your"} else words)


def fact_from(row: object) -> Fact | None:
    """Return the fact of a dict made by `dataclasses.asdict`, or None for what is none. Raises nothing."""
    if not isinstance(row, dict):
        return None
    names = {field.name for field in dataclasses.fields(Fact)}
    given = {name: value for name, value in cast("dict[str, object]", row).items() if name in names}
    if given.get("relation") not in RELATIONS or not all(_fits(name, value) for name, value in given.items()):
        return None
    return Fact(**given)  # pyright: ignore[reportArgumentType] - each was checked against its field


def _fits(name: str, value: object) -> bool:
    match name:
        case "past":
            return isinstance(value, bool)
        case "count":
            return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**6)
        case "turn":
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        case "confidence":
            return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
        case "language":
            return value in LANGUAGES
        case _:
            return isinstance(value, str) and len(value) <= LONGEST
