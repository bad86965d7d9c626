"""to_source: facts as a generator wants them, short lines in the third person without subject."""

from __future__ import annotations

from collections.abc import Sequence

from brain.persona.fact import SELF, Fact
from brain.persona.kinds import said
from brain.persona.state import PersonaState
from brain.persona.wording import ended, line_of

_MOST_LINES = 8
"""As many as lines of the corpus have at most."""


def to_source(state: PersonaState, facts: Sequence[Fact] | None = None, most: int = _MOST_LINES) -> tuple[str, ...]:
    """Return lines for `ReplyRequest.facts`: of the given facts, or the latest of all; "sister lives in Lima"."""
    chosen = list(state.facts if facts is None else facts)
    return tuple(dict.fromkeys(map(source_line, chosen)))[-most:] if most > 0 else ()


def source_line(fact: Fact) -> str:
    """Return a fact as one line, in the language in which it was said."""
    line = _past(fact) if fact.past else line_of([fact], fact.language, they=True)
    if fact.owner == SELF:
        return line.removeprefix("的") if fact.language == "zh" else line
    return f"{said(fact.owner, fact.language)}{'' if fact.language == 'zh' else ' '}{line}"


def _past(fact: Fact) -> str:
    if fact.language == "zh":
        return f"以前{line_of([fact], 'zh')}"
    return f"used to {ended([fact], 'en')}"
