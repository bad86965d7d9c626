"""The kinds of crisis, and what a detector says of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Crisis = Literal["self_harm", "danger_from_others", "danger_to_others", "medical_emergency"]
KINDS: tuple[Crisis, ...] = get_args(Crisis)


@dataclass(frozen=True, slots=True)
class CrisisSign:
    """A crisis that a talk is in."""

    kind: Crisis
    confidence: float
    """From 0 to 1."""
    reason: str
    """The words that were recognised, or what else spoke for it. For a person who looks into it, not for an answer."""
    about_another: bool = False
    """Whether it is somebody else who is in danger, as far as the words tell."""
    turns_since: int = 0
    """How many messages ago the person last gave a sign of it; 0 is the message itself."""
    turns_in: int = 0
    """How many messages ago it began."""
