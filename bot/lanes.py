"""Lanes: what has the same key is worked on in order, different keys side by side."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import structlog

from bot.logs import describe

Item = TypeVar("Item")

_log = structlog.get_logger(__name__)


class Lanes(Generic[Item]):
    """Keyed queues with one worker task for each key that has something to do, and none for the others."""

    def __init__(
        self,
        work: Callable[[Item], Awaitable[None]],
        *,
        per_key: int,
        in_all: int,
        goes_before: Callable[[Item, Item], bool] = lambda item, waiting: False,
    ) -> None:
        """Work on items with `work`, holding at most `per_key` waiting items of a key and `in_all` of all keys.

        An item that comes late overtakes those at the end of its lane which it `goes_before`.
        """
        self._work = work
        self._goes_before = goes_before
        self._per_key = per_key
        self._in_all = in_all
        self._queues: dict[Hashable, deque[Item]] = {}
        self._workers: dict[Hashable, asyncio.Task[None]] = {}
        self._held = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        """How many items wait or are being worked on."""
        return self._held

    def has_room(self, key: Hashable) -> bool:
        """Whether `offer` would take an item of this key."""
        queue = self._queues.get(key)
        return self._held < self._in_all and (queue is None or len(queue) < self._per_key)

    def offer(self, key: Hashable, item: Item) -> bool:
        """Take an item unless that goes beyond the bounds; return whether it was taken."""
        if not self.has_room(key):
            return False
        self.add(key, item)
        return True

    def add(self, key: Hashable, item: Item) -> None:
        """Take an item even beyond the bounds: for what was promised already."""
        self._held += 1
        queue = self._queues.get(key)
        if queue is not None:
            place = len(queue)
            while place and self._goes_before(item, queue[place - 1]):
                place -= 1
            queue.insert(place, item)
            return
        queue = self._queues[key] = deque((item,))
        self._idle.clear()
        self._workers[key] = asyncio.get_running_loop().create_task(self._run(key, queue))

    async def drain(self, seconds: float | None = None) -> bool:
        """Wait until nothing is left, for at most that many seconds; return whether that was reached."""
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def aclose(self) -> None:
        """Drop what waits and cancel what runs."""
        workers = tuple(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        self._queues.clear()
        self._workers.clear()
        self._held = 0
        self._idle.set()

    async def _run(self, key: Hashable, queue: deque[Item]) -> None:
        while queue:
            try:
                await self._work(queue.popleft())
            except (Exception, asyncio.CancelledError) as error:  # one item's failure must not end its lane
                worker = asyncio.current_task()
                if worker is not None and worker.cancelling():
                    raise
                _log.error("an item of a lane failed", **describe(error))
            self._held -= 1
        del self._queues[key], self._workers[key]
        if not self._queues:
            self._idle.set()
