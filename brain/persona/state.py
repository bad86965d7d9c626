"""PersonaState: all that is known of one person, as a value. Bounded, and a versioned dict in and out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import cast

from brain.persona.fact import LONGEST, SELF, Fact, fact_from
from brain.persona.wishes import Wishes, wishes_from

_NONE = Wishes()
VERSION = 2
MOST_FACTS = 200


@dataclass(frozen=True, slots=True)
class PersonaState:
    """What a person has said of themselves, oldest first, and how they want to be answered."""

    facts: tuple[Fact, ...] = ()
    wishes: Wishes = _NONE
    turns: int = 0
    """How many of the person's turns were observed."""

    def find(self, relation: str, key: str = "", owner: str = SELF, past: bool = False) -> list[Fact]:
        """Return the facts of a relation, of one key where it is given, oldest first."""
        return [
            fact
            for fact in self.facts
            if (fact.relation, fact.owner, fact.past) == (relation, owner, past) and key in ("", fact.key)
        ]

    def without(self, gone: Callable[[Fact], bool]) -> PersonaState:
        """Return the state without some facts."""
        return replace(self, facts=tuple(fact for fact in self.facts if not gone(fact)))

    def adding(self, fact: Fact) -> PersonaState:
        """Return the state with one more fact; past the bound the least sure go, among them the oldest."""
        facts = (*self.facts, fact)
        if len(facts) > MOST_FACTS:
            dropped = min(range(len(facts)), key=lambda place: (facts[place].confidence, facts[place].turn, place))
            facts = facts[:dropped] + facts[dropped + 1 :]
        return replace(self, facts=facts)

    def to_dict(self) -> dict[str, object]:
        """Return plain values that JSON can hold; `from_dict` gives the same state back."""
        return {
            "version": VERSION,
            "facts": [dataclasses.asdict(fact) for fact in self.facts],
            "wishes": dataclasses.asdict(self.wishes),
            "turns": self.turns,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> PersonaState:
        """Read any version; what does not fit is left out, and a version from the future is read as far as it fits."""
        version = data.get("version")
        for old in range(version if isinstance(version, int) and version > 0 else 1, VERSION):
            data = _MIGRATIONS[old](data)
        facts, turns = data.get("facts"), data.get("turns")
        rows = cast("list[object]", facts) if isinstance(facts, list) else []
        read = [fact for row in rows if (fact := fact_from(row))][-MOST_FACTS:]
        valid = isinstance(turns, int) and not isinstance(turns, bool) and turns >= 0
        return cls(tuple(read), wishes_from(data.get("wishes")), cast("int", turns) if valid else 0)


def _lines_to_facts(data: Mapping[str, object]) -> Mapping[str, object]:
    """Version 1 was a list of lines, such as the corpus writes behind `user:`."""
    lines = data.get("facts")
    texts = [line for line in cast("Iterable[object]", lines) if isinstance(line, str)] if _is_list(lines) else []
    facts = [{"relation": "about", "value": line[:LONGEST]} for line in texts]
    return {"version": 2, "facts": facts}


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


_MIGRATIONS = {1: _lines_to_facts}
