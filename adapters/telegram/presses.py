"""Pressed buttons wait for an answer: until then the person sees them at work."""

from __future__ import annotations

import asyncio

from telegram.error import TelegramError

from adapters.telegram.client import Client, patiently

PATIENCE = 3.0
"""Seconds after which a press is answered without a word. Telegram gives up on it some time later."""

LONGEST_SECONDS = 10.0
"""Whoever pressed has given up by then."""


class Presses:
    """Sees to it that every press is answered, with a note where there is one in time."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def expect(self, press: str) -> None:
        """A press was handed to the host: answer it soon if nobody else does."""
        if press not in self._waiting:
            task = self._waiting[press] = asyncio.create_task(self._answer_later(press))
            task.add_done_callback(lambda _: self._waiting.pop(press, None))

    async def answer(self, press: str, note: str | None = None) -> bool:
        """Answer a press, and return whether Telegram took it. One that is too old it does not take."""
        if task := self._waiting.pop(press, None):
            task.cancel()
        alert = True if note else None
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                return await patiently(lambda: self._client.answer_callback_query(press, text=note, show_alert=alert))
        except (TelegramError, TimeoutError):
            return False

    async def aclose(self) -> None:
        """Answer those that still wait, for as long as one call may take."""
        await asyncio.gather(*(self.answer(press) for press in tuple(self._waiting)))

    async def _answer_later(self, press: str) -> None:
        await asyncio.sleep(PATIENCE)
        del self._waiting[press]
        await self.answer(press)
