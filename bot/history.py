"""What was said lately, at hand where conversations are going on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from bot.events import ConversationRef
from bot.memory import MemoryRef
from bot.plugin import Turn

TURNS = 12
"""How many turns are remembered."""
MEMORIES = 1_000
"""How many memories are kept at hand; the others are read from the store again."""

LoadHistory = Callable[[MemoryRef, int], Awaitable[tuple[Turn, ...]]]


class RecentTurns:
    """The latest turns of the memories used last, so that a reply needs no query.

    Belongs to one process, where a conversation's events are handled one after another.
    """

    def __init__(self, load: LoadHistory) -> None:
        """Read with `load` what is not at hand."""
        self._load = load
        self._turns: OrderedDict[MemoryRef, tuple[Turn, ...]] = OrderedDict()

    async def of(self, memory: MemoryRef) -> tuple[Turn, ...]:
        """The latest turns, oldest first."""
        turns = self._turns.get(memory)
        if turns is None:
            turns = await self._load(memory, TURNS)
            self._turns[memory] = turns
            if len(self._turns) > MEMORIES:
                self._turns.popitem(last=False)
        self._turns.move_to_end(memory)
        return turns

    def add(self, memory: MemoryRef, *turns: Turn) -> None:
        """Take in what was just stored. What is not at hand stays so."""
        if memory in self._turns:
            self._turns[memory] = (*self._turns[memory], *turns)[-TURNS:]

    def forget_conversations(self, *conversations: ConversationRef) -> None:
        """Let go of everybody's turns in these."""
        for memory in [memory for memory in self._turns if memory.conversation in conversations]:
            del self._turns[memory]

    def forget(self, memory: MemoryRef) -> None:
        """Let go of turns; what counts is in the store."""
        self._turns.pop(memory, None)
