"""What goes into a generator and what comes out: plain values, importable without torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """One thing that was said."""

    speaker: Literal["user", "bot"]
    text: str


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """All a reply may rest on. `turns` are oldest first and end with the user's message."""

    turns: tuple[SpokenTurn, ...]
    persona: tuple[str, ...] = ()
    """Who the bot is: first-person sentences."""
    facts: tuple[str, ...] = ()
    """What is known of the person: short lines, third person without subject."""
    style: str = "medium casual plain"
    """How to word it: length (short, medium, long), tone (casual, neutral, formal, playful, gentle), emoji or plain."""


@dataclass(frozen=True, slots=True)
class GeneratedReply:
    """What is said. `scores` explain the choice; their names depend on the generator."""

    text: str
    scores: Mapping[str, float] = field(default_factory=dict[str, float])
    origin: str = "voice"
    """Where it comes from: `voice`, `memory:<row id>`, `persona`, `exact`, `crisis:<kind>` or `fallback`."""


class ReplyGenerator(Protocol):
    """Anything that can speak. Calls block; whoever calls puts them on a thread."""

    def reply(self, request: ReplyRequest, on_text: Callable[[str], bool] | None = None) -> GeneratedReply:
        """Answer the last turn. `on_text` gets the text so far as it grows; returning False ends it early."""
        ...
