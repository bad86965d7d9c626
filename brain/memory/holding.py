"""Whether what a reply takes up from its own talk was said here too: names, numbers, relations and genders."""

from __future__ import annotations

import re
from dataclasses import dataclass

from brain.memory.particulars import has_antecedents, numbers_in, relations_in
from brain.memory.rows import MemoryRow
from brain.memory.words import stem, stems_of

_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][\w'’]*[a-z]\b|(?:^|(?<=[.!?] ))[A-Z][a-z]+(?=[!?,])")
"""A word with a capital inside a sentence, or one that is called out ("Biscuit! ...")."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said and known somewhere, and the names, numbers and relations in it."""

    text: str
    taken_up: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Heard:
        """Take a text apart."""
        return cls(text, frozenset(stems_of([text]) | numbers_in(text) | relations_in(text)))


def holds_here(row: MemoryRow, heard: Heard) -> bool:
    """Tell whether all that the reply takes up from its own talk was heard here."""
    missing = _particulars(row.reply) - heard.taken_up
    gender_holds = has_antecedents(row.reply, heard.text)
    if not missing and gender_holds:
        return True
    own = Heard.of("\n".join((*row.facts, *row.context, row.message)))
    return missing.isdisjoint(own.taken_up) and (gender_holds or not has_antecedents(row.reply, own.text))


def _particulars(reply: str) -> set[str]:
    return {*map(stem, _NAME.findall(reply)), *numbers_in(reply), *relations_in(reply)}
