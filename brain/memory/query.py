"""What is asked of the memory, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from brain.memory.ellipsis import is_elliptical
from brain.memory.rows import CONTEXT_TURNS, MemoryRow


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each likeness counts in a score."""

    message: float = 0.5
    context: float = 0.3
    characters: float = 0.2


@dataclass(frozen=True)
class Query:
    """A conversation that wants a reply. `turns` are oldest first and end with the person's message.

    `said` are the bot's texts so far, never returned. `style` and `lang` are any where empty. `sources` are the servers
    and persons whose own rows may be used here ("server:1", "person:7"). Vectors are given where they are known.
    """

    turns: tuple[str, ...]
    said: tuple[str, ...] = ()
    persona: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    style: str = ""
    lang: str = ""
    sources: tuple[str, ...] = ()
    message_vector: NDArray[np.float32] | None = None
    context_vector: NDArray[np.float32] | None = None

    @property
    def message(self) -> str:
        """What was said last."""
        return self.turns[-1]

    @property
    def has_history(self) -> bool:
        """Whether anything was said before the message."""
        return len(self.turns) > 1

    @property
    def message_in_context(self) -> str:
        """The message after the turns before it, a line each, as rows are read."""
        return "\n".join(self.turns[-1 - CONTEXT_TURNS :])

    @cached_property
    def heard(self) -> str:
        """All that a reply may take up: the latest turns and what is known of the person."""
        return "\n".join((*self.facts, self.message_in_context))

    @cached_property
    def is_elliptical(self) -> bool:
        """Whether the message says nothing by itself."""
        return is_elliptical(self.message)


@dataclass(frozen=True, slots=True)
class Match:
    """A row found. `score` is the weighted sum of the three likenesses; `place` is for `ResponseMemory.vectors`."""

    row: MemoryRow
    score: float
    meaning: float
    context: float
    characters: float
    place: int
