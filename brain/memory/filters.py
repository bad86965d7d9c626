"""Filters: which rows may be offered to a query at all."""

from __future__ import annotations

from dataclasses import dataclass

from brain.memory.query import Query
from brain.memory.rows import plain
from brain.memory.table import Mask, RowTable

SURE = 0.9
"""How surely a reply must stand alone where nothing of what its own talk knew is known here."""
_SHARED_SOURCES = ("corpus", "operator")
_LENGTHS = ("short", "medium", "long")
_FITTING_TONES = {
    "casual": {"casual", "neutral", "playful", "gentle"},
    "neutral": {"neutral", "casual", "gentle", "formal"},
    "formal": {"formal", "neutral"},
    "playful": {"playful", "casual", "neutral"},
    "gentle": {"gentle", "casual", "neutral"},
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays the same from message to message of a conversation."""

    persona: tuple[str, ...]
    style: str
    lang: str
    sources: tuple[str, ...]

    @classmethod
    def of(cls, query: Query) -> Setting:
        """Return the setting of a query."""
        return cls(plain(query.persona), query.style, query.lang, query.sources)

    def fits(self, table: RowTable) -> Mask:
        """Return which rows [N] fit it."""
        mask = table.present & (table.persona.among((self.persona,)) | table.neutral)
        mask &= table.source.among((*_SHARED_SOURCES, *self.sources))
        if self.lang:
            mask &= table.lang.among((self.lang, ""))
        return mask & table.style.among([style for style in table.style.values if style_fits(style, self.style)])


def fits_history(table: RowTable, with_context: Mask, query: Query) -> Mask:
    """Return which rows [N] may answer a message with, or without, anything said before it.

    Where nothing was said before, only openers may: a reply within a talk takes up more than its message. What says
    nothing by itself is matched by what came before, in a talk as in a row.
    """
    if not query.has_history:
        return ~with_context
    return with_context if query.is_elliptical else with_context | ~table.elliptical


def fits_knowledge(table: RowTable, query: Query) -> Mask:
    """Return which rows [N] stand alone, or rest on facts that are all known here."""
    alone = table.stands_alone >= SURE
    known = frozenset(query.facts)
    if resting := [facts for fact in known for facts in table.facts_by_first.get(fact, ()) if known.issuperset(facts)]:
        return alone | table.facts.among(resting)
    return alone


def style_fits(style: str, wanted: str) -> bool:
    """Tell whether a reply in one style may stand for another: no longer, no emoji unwanted, no clashing tone.

    A style that is not three known words ("short casual plain") fits any, and any fits it.
    """
    if not (_is_known(style) and _is_known(wanted)):
        return True
    (length, tone, emoji), (longest, wanted_tone, emoji_wanted) = style.split(" "), wanted.split(" ")
    return (
        _LENGTHS.index(length) <= _LENGTHS.index(longest)
        and emoji_wanted in ("emoji", emoji)
        and tone in _FITTING_TONES[wanted_tone]
    )


def _is_known(style: str) -> bool:
    match style.split(" "):
        case [length, tone, "emoji" | "plain"]:
            return length in _LENGTHS and tone in _FITTING_TONES
        case _:
            return False
