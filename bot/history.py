"""What was said lately, at hand for the conversations that are going on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from bot.events import ConversationRef
from bot.plugin import Turn

TURNS = 12
"""How many turns are remembered of a conversation."""
CONVERSATIONS = 1_000
"""How many conversations are kept at hand; the others are read from the store again."""

LoadHistory = Callable[[ConversationRef, int], Awaitable[tuple[Turn, ...]]]


class RecentTurns:
    """The latest turns of the conversations used last, so that a reply needs no query.

    Belongs to one process, where a conversation's events are handled one after another.
    """

    def __init__(self, load: LoadHistory) -> None:
        """Read with `load` what is not at hand."""
        self._load = load
        self._turns: OrderedDict[ConversationRef, tuple[Turn, ...]] = OrderedDict()

    async def of(self, conversation: ConversationRef) -> tuple[Turn, ...]:
        """The latest turns, oldest first."""
        turns = self._turns.get(conversation)
        if turns is None:
            turns = await self._load(conversation, TURNS)
            self._turns[conversation] = turns
            if len(self._turns) > CONVERSATIONS:
                self._turns.popitem(last=False)
        self._turns.move_to_end(conversation)
        return turns

    def add(self, conversation: ConversationRef, *turns: Turn) -> None:
        """Take in what was just stored. A conversation that is not at hand stays so."""
        if conversation in self._turns:
            self._turns[conversation] = (*self._turns[conversation], *turns)[-TURNS:]

    def forget(self, conversation: ConversationRef) -> None:
        """Let go of a conversation; what counts is in the store."""
        self._turns.pop(conversation, None)
