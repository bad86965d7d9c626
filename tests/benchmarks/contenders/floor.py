"""The least that keeps both order and isolation: a bounded queue, and a worker for each conversation that is busy."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from tests.benchmarks.contenders.contender import Contender, OnReply, Update

WAITING_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """What happened; `kind` finds the handler."""

    kind: str
    number: int
    conversation: str
    text: str


class Floor(Contender):
    """Bare asyncio: one dict lookup finds the handler."""

    def __init__(self, on_reply: OnReply, plugins: int) -> None:
        super().__init__(on_reply, plugins)
        self._handlers = {f"command{number}": self._echo for number in range(plugins - 1)} | {"message": self._echo}
        self._arriving: asyncio.Queue[Event] = asyncio.Queue(WAITING_LIMIT)
        self._waiting: dict[str, deque[Event]] = {}
        self._workers: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._spread = asyncio.create_task(self._spread_out())

    async def receive(self, update: Update) -> None:
        await self.line_up(Event("message", update.number, update.conversation, update.text))

    async def line_up(self, event: Event) -> None:
        """Have an event handled after those of its conversation."""
        await self._arriving.put(event)

    async def aclose(self) -> None:
        self._spread.cancel()
        await asyncio.gather(self._spread, return_exceptions=True)

    async def _spread_out(self) -> None:
        while True:
            event = await self._arriving.get()
            waiting = self._waiting.get(event.conversation)
            if waiting is not None:
                waiting.append(event)
                continue
            self._waiting[event.conversation] = waiting = deque((event,))
            worker = asyncio.create_task(self._work(event.conversation, waiting))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work(self, conversation: str, waiting: deque[Event]) -> None:
        while waiting:
            event = waiting.popleft()
            await self.finish(event, await self._handlers[event.kind](event))
        del self._waiting[conversation]

    async def _echo(self, event: Event) -> str:
        return event.text

    async def finish(self, event: Event, text: str) -> None:
        """Send the reply."""
        self.on_reply(text)
