"""Telegram's flood limits, kept on this side, so that it need not refuse."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

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

    async def wait_for_turn(self, chat: int) -> None:
        """Return when a message may be sent to a chat, and count it."""
        if chat not in self._chats and len(self._chats) >= FORGET_ABOVE:
            self._forget_quiet()
        found = self._chats.setdefault(chat, _Chat(is_group=chat < 0))
        async with found.lock:
            while (wait := found.opens_at() - self._clock()) > 0:
                await self._sleep(wait)
            turn = max(self._clock(), self._all.opens_at())
            self._all.count(turn)
            if (wait := turn - self._clock()) > 0:
                await self._sleep(wait)
            found.count(turn)

    def hold(self, chat: int, seconds: float) -> None:
        """Let nothing through to a chat for so long: Telegram asked for it."""
        found = self._chats.setdefault(chat, _Chat(is_group=chat < 0))
        found.held_until = max(found.held_until, self._clock() + seconds)

    def _forget_quiet(self) -> None:
        now = self._clock()
        self._chats = {id_: chat for id_, chat in self._chats.items() if not chat.is_quiet(now)}


class _Window:
    """Keeps one limit."""

    def __init__(self, limit: Limit) -> None:
        most, self._seconds = limit
        self._times: deque[float] = deque(maxlen=most)

    def opens_at(self) -> float:
        full = len(self._times) == self._times.maxlen
        return self._times[0] + self._seconds if full else 0.0

    def count(self, at: float) -> None:
        self._times.append(at)


class _Chat:
    """What goes to one chat."""

    def __init__(self, *, is_group: bool) -> None:
        self.lock = asyncio.Lock()
        self.held_until = 0.0
        self._windows = tuple(map(_Window, (PER_CHAT, PER_GROUP) if is_group else (PER_CHAT,)))

    def opens_at(self) -> float:
        return max(self.held_until, *(window.opens_at() for window in self._windows))

    def count(self, at: float) -> None:
        for window in self._windows:
            window.count(at)

    def is_quiet(self, now: float) -> bool:
        return not self.lock.locked() and all(end < now for end in (self.held_until, self._windows[-1].opens_at()))
