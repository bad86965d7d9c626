"""Telegram's flood limits, kept on this side, so that it need not refuse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from operator import attrgetter

Limit = tuple[int, float]
"""So many messages in so many seconds."""

PER_CHAT: Limit = (1, 1.0)
PER_GROUP: Limit = (20, 60.0)
IN_ALL: Limit = (30, 1.0)
FORGET_ABOVE = 1000
"""Chats to remember before those that have long been quiet are forgotten."""


class Pacer:
    """Lets sends through as fast as they may go, first come first served."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._all = _Window(IN_ALL)
        self._chats: dict[int, _Chat] = {}

    async def wait_for_turn(self, chat: int) -> Callable[[], None]:
        """Return when a message may be sent to a chat, and count it. Call what is returned once Telegram has answered.

        Telegram counts when a message arrives, which is at some time until then: the next ones are paced from there.
        """
        if chat not in self._chats and len(self._chats) >= FORGET_ABOVE:
            self._forget_quiet()
        found = self._chats.setdefault(chat, _Chat(is_group=chat < 0))
        async with found.lock:
            while (wait := found.opens_at() - self._clock()) > 0:
                await self._sleep(wait)
            turn = _Turn(max(self._clock(), self._all.opens_at()))
            self._all.count(turn)
            if (wait := turn.at - self._clock()) > 0:
                await self._sleep(wait)
            found.count(turn)
        return lambda: turn.move(self._clock())

    def hold(self, chat: int, seconds: float) -> None:
        """Let nothing through to a chat for so long: Telegram asked for it."""
        found = self._chats.setdefault(chat, _Chat(is_group=chat < 0))
        found.held_until = max(found.held_until, self._clock() + seconds)

    def _forget_quiet(self) -> None:
        now = self._clock()
        self._chats = {id_: chat for id_, chat in self._chats.items() if not chat.is_quiet(now)}


@dataclass(slots=True, eq=False)
class _Turn:
    """When a message went out, as far as is known."""

    at: float

    def move(self, now: float) -> None:
        self.at = max(self.at, now)


class _Window:
    """Keeps one limit."""

    def __init__(self, limit: Limit) -> None:
        self._most, self._seconds = limit
        self._turns: list[_Turn] = []

    def opens_at(self) -> float:
        return self._oldest().at + self._seconds if len(self._turns) == self._most else 0.0

    def count(self, turn: _Turn) -> None:
        if len(self._turns) == self._most:
            self._turns.remove(self._oldest())
        self._turns.append(turn)

    def _oldest(self) -> _Turn:
        return min(self._turns, key=attrgetter("at"))


class _Chat:
    """What goes to one chat."""

    def __init__(self, *, is_group: bool) -> None:
        self.lock = asyncio.Lock()
        self.held_until = 0.0
        self._windows = tuple(map(_Window, (PER_CHAT, PER_GROUP) if is_group else (PER_CHAT,)))

    def opens_at(self) -> float:
        return max(self.held_until, *(window.opens_at() for window in self._windows))

    def count(self, turn: _Turn) -> None:
        for window in self._windows:
            window.count(turn)

    def is_quiet(self, now: float) -> bool:
        return not self.lock.locked() and all(end < now for end in (self.held_until, self._windows[-1].opens_at()))
