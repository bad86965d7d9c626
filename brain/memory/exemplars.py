"""Exemplars: replies to similar messages, offered to the network as sources."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from brain.memory.query import Query
from brain.memory.response_memory import ResponseMemory
from brain.text.sources import FindExemplars

_GOLD_SHARE = 0.8
_NEARNESS = 0.75


@dataclass(frozen=True, slots=True)
class Exemplars:
    """Finds `count` of them in a memory."""

    memory: ResponseMemory
    count: int

    def find(self, turns: Sequence[str], reply: str) -> Sequence[str]:
        """Return the nearest, as in conversation: never the reply that is to be predicted."""
        return self.find_for_reply(turns, (reply,))

    def find_for_reply(self, turns: Sequence[str], said: Collection[str]) -> Sequence[str]:
        """Return the nearest that were not said already.

        Far ones beside a near one would only tempt the network: read side by side, replies were better without them.
        """
        found = self.memory.search(Query(tuple(turns), tuple(said)), self.count)
        return [match.row.reply for match in found if match.score >= _NEARNESS * found[0].score]

    def find_for_training(self, rng: random.Random) -> FindExemplars:
        """Return a finder that puts the very reply among the others most of the time.

        So the network learns to pick the one that fits the message, and to copy it.
        """

        def find(turns: Sequence[str], reply: str) -> Sequence[str]:
            matches = self.memory.search(Query(tuple(turns), (reply,)), self.count)
            found = [match.row.reply for match in matches]
            if rng.random() < _GOLD_SHARE:
                found = [reply, *found[: self.count - 1]]
                rng.shuffle(found)
            return found

        return find
