"""Messages labelled by reading, and how much of what they say is read from them. `labelled.jsonl` holds them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from brain.errors import DataError
from brain.persona.fact import bare
from brain.persona.observing import Turn, observe
from brain.persona.state import PersonaState
from brain.text.dialogues import read_rows
from brain.text.language import LANGUAGES, Language

LABELLED = Path(__file__).with_name("labelled.jsonl")
SAID_ON = datetime.date(2026, 3, 10)
"""The day on which all of them count as said, a Tuesday."""
_PARTS = ("fitted", "test")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message and its facts as `Fact.short` writes them. The patterns were mended by `fitted` rows only."""

    message: str
    language: Language
    facts: tuple[str, ...]
    part: str


@dataclass(frozen=True, slots=True)
class Figures:
    """How many facts were read rightly, how many were read, and how many there are."""

    right: int
    read: int
    there: int

    @property
    def precision(self) -> float:
        """The share of right ones in what was read."""
        return self.right / max(self.read, 1)

    @property
    def recall(self) -> float:
        """The share that was read of what there is."""
        return self.right / max(self.there, 1)


def read_labelled(path: Path = LABELLED) -> list[Labelled]:
    """Read labelled messages. Raises DataError that names the first fault."""
    rows: list[Labelled] = []
    for number, row in enumerate(read_rows(path), 1):
        message, language, facts, part = (row.get(name) for name in ("message", "lang", "facts", "part"))
        if (
            not isinstance(message, str)
            or language not in LANGUAGES
            or not isinstance(facts, list)
            or part not in _PARTS
        ):
            raise DataError(f"{path}, line {number}: not a labelled message: {row!r:.100}")
        rows.append(Labelled(message, language, tuple(map(str, facts)), str(part)))
    return rows


def facts_read(message: str) -> set[str]:
    """Return the facts of a message said to somebody who knew nothing, as labels write them."""
    return {comparable(fact.short) for fact in observe(PersonaState(), Turn(message, SAID_ON)).facts}


def comparable(label: str) -> str:
    """Return a label as it is compared: its value in lower case, without its article."""
    head, sign, value = re.match(r"([^=]*)(=?)(.*)$", label, re.DOTALL).groups()  # pyright: ignore[reportOptionalMemberAccess]
    value = re.sub(r"^(at|in|for|on) (?:a|an|the) ", r"\1 ", bare(value))
    return f"{head}{sign}{value}"


def measure(rows: Sequence[Labelled]) -> Figures:
    """Return the figures over messages."""
    read = [facts_read(row.message) for row in rows]
    there = [set(map(comparable, row.facts)) for row in rows]
    right = sum(len(found & meant) for found, meant in zip(read, there, strict=True))
    return Figures(right, sum(map(len, read)), sum(map(len, there)))
