"""Shows in channels that an answer is being made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from adapters.discord.failures import FAILURES
from bot.errors import DeliveryError

REFRESH_SECONDS = 8.0
"""Discord shows "is typing" for ten."""
LONGEST_SECONDS = 300.0
"""Nobody is left waiting longer for an answer that will not come."""


class Typing:
    """Keeps "is typing" alive in channels until it is stopped there."""

    def __init__(self, send: Callable[[int], Awaitable[None]]) -> None:
        """`send` shows it once in a channel."""
        self._send = send
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def show(self, channel: int) -> None:
        """Begin, unless it is shown already."""
        if (task := self._tasks.get(channel)) is None or task.done():
            task = self._tasks[channel] = asyncio.create_task(self._keep_showing(channel))
            task.add_done_callback(
                lambda _: self._tasks.pop(channel, None) if self._tasks.get(channel) is task else None
            )

    def stop(self, channel: int) -> None:
        """End it, if it is shown."""
        if task := self._tasks.pop(channel, None):
            task.cancel()

    async def aclose(self) -> None:
        """End it everywhere."""
        tasks = list(self._tasks.values())
        for channel in list(self._tasks):
            self.stop(channel)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_showing(self, channel: int) -> None:
        # It is only a hint: where it can't be shown, the answer itself will meet the reason.
        with suppress(*FAILURES, DeliveryError):
            async with asyncio.timeout(LONGEST_SECONDS):
                while True:
                    await self._send(channel)
                    await asyncio.sleep(REFRESH_SECONDS)
