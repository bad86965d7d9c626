"""relevant: which facts matter for a message: by what it is about, by words in common, by meaning with an ear."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

from brain.persona.fact import SELF, Fact
from brain.persona.kinds import content, said
from brain.persona.lines import source_line
from brain.persona.reading import normal
from brain.persona.state import PersonaState

Read = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors float32 [N, D]: `SentenceEncoder.row_vectors`."""
_MOST = 8
_ALIKE = 0.45
"""Cosine from which on a fact is near enough to matter by meaning alone."""
_SAFETY = frozenset({"allergic_to", "diet", "avoids"})
_NAMED, _ABOUT, _SAFE = 2.0, 1.0, 0.5


def relevant(state: PersonaState, message: str, read: Read | None = None, most: int = _MOST) -> list[Fact]:
    """Return the facts that matter for a message, what matters most first; none where none does."""
    facts = list(state.facts)
    if not facts:
        return []
    text = normal(message).lower()
    scores = [_named(fact, text) + _matters(fact, text) for fact in facts]
    if read is not None:
        vectors = read([text, *map(source_line, facts)])
        likeness = [float(cosine) for cosine in vectors[1:] @ vectors[0]]
        scores = [
            score + (alike if alike >= _ALIKE or score else 0) for score, alike in zip(scores, likeness, strict=True)
        ]
    order = sorted(range(len(facts)), key=lambda place: (-scores[place], -facts[place].turn, place))
    return [facts[place] for place in order if scores[place] > 0][:most]


def _named(fact: Fact, text: str) -> float:
    """Return points for a word of the fact, or the person it is about, in the message."""
    words = [said(fact.key, language) for language in ("en", "zh") if fact.relation in ("pet", "kin") and fact.key]
    words += [fact.value] if fact.value else []
    words += [said(fact.owner, language) for language in ("en", "zh")] if fact.owner != SELF else []
    return _NAMED if any(_holds(text, word.lower()) for word in words) else 0.0


def _holds(text: str, word: str) -> bool:
    if re.search(r"[\u4e00-\u9fff]", word):
        return word in text
    return len(word) > 2 and re.search(rf"\b{re.escape(word)}(?:s|'s)?\b", text) is not None


def _matters(fact: Fact, text: str) -> float:
    """Return points where the message is about something that the fact's relation bears on."""
    if fact.owner != SELF or fact.past:
        return 0.0
    about = [relations for pattern, relations in _table() if pattern.search(text) and fact.relation in relations]
    return (_ABOUT + _SAFE * (fact.relation in _SAFETY)) if about else 0.0


@cache
def _table() -> list[tuple[re.Pattern[str], Sequence[str]]]:
    rows = cast("Mapping[str, Mapping[str, object]]", content("matters.toml"))
    return [(re.compile(str(row["words"])), cast("Sequence[str]", row["relations"])) for row in rows.values()]
