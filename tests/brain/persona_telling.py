"""Telling: what is known after somebody said this and that."""

from __future__ import annotations

import datetime

from brain.persona.observing import Turn, observe
from brain.persona.state import PersonaState

TODAY = datetime.date(2026, 3, 10)


def told(*messages: str) -> PersonaState:
    """Return the state after messages of one person, oldest first, all said on a Tuesday."""
    state = PersonaState()
    for number, message in enumerate(messages):
        state = observe(state, Turn(message, TODAY, f"m{number}"))
    return state


def known(*messages: str) -> list[str]:
    """Return the facts known after messages, one line each."""
    return [fact.short for fact in told(*messages).facts]
