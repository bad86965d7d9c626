"""Shows "typing" while a reply is made. Telegram takes it back after five seconds, so it is said again and again."""

from __future__ import annotations

import asyncio

from telegram.constants import ChatAction
from telegram.error import TelegramError

from adapters.telegram.client import Client
from adapters.telegram.places import Place

FIRST_SECONDS = 0.2
"""A reply that comes sooner is announced by nothing."""
REFRESH_SECONDS = 4.0
LONGEST_SECONDS = 300.0
"""After so long something forgot to end it."""


class Typing:
    """The places where it is typing now."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._tasks: dict[Place, asyncio.Task[None]] = {}

    def begin(self, place: Place) -> None:
        """Show it until `end`, or until Telegram does not take it."""
        if place not in self._tasks:
            self._tasks[place] = asyncio.create_task(self._show(place))

    def end(self, place: Place) -> None:
        """Show it no longer."""
        if task := self._tasks.pop(place, None):
            task.cancel()

    async def aclose(self) -> None:
        """End all."""
        tasks = tuple(self._tasks.values())
        for place in tuple(self._tasks):
            self.end(place)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _show(self, place: Place) -> None:
        try:
            await asyncio.sleep(FIRST_SECONDS)
            async with asyncio.timeout(LONGEST_SECONDS):
                while True:
                    await self._client.send_chat_action(place.chat, ChatAction.TYPING, message_thread_id=place.topic)
                    await asyncio.sleep(REFRESH_SECONDS)
        except (TelegramError, TimeoutError):
            return  # the next reply tries anew
