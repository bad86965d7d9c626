"""The console adapter: life cycle and sending. Each run is a conversation of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from adapters.console.convert import PLATFORM, Line, to_event
from adapters.console.face import Face
from adapters.console.pipe import Pipe
from bot.adapter import Adapter, Capabilities, Publish
from bot.commands import Command
from bot.errors import DeliveryRefusedError, FamiliarError
from bot.events import ConversationRef, Delivery
from bot.settings import Settings

PATIENCE = 30.0
"""Seconds beyond the model's own deadline that an answer is waited for: a handler may have chosen to say nothing."""
SILENCE = "(no answer)"


class ConsoleAdapter(Adapter):
    """Talks with whoever sits at this machine, on a screen or, where there is no terminal, through a pipe."""

    name = PLATFORM
    capabilities = Capabilities(outlives_process=False)

    def __init__(self, settings: Settings, face: Face | None = None) -> None:
        super().__init__(settings)
        self.conversation = ConversationRef(PLATFORM, uuid4().hex)
        self._face = face or find_face(settings)
        self._lines = 0
        self._waiting: dict[str | None, asyncio.Future[str]] = {}
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    async def start(self, publish: Publish) -> None:
        """Converse until the person leaves, the input ends, or `aclose`."""

        async def ask(text: str) -> str:
            return await self._ask(text, publish)

        if self._closed:
            return
        self._running = asyncio.create_task(self._face.run(ask))
        try:
            await self._running
        except asyncio.CancelledError:
            if not self._closed:
                raise

    async def send(self, delivery: Delivery) -> str | None:
        """Show a reply. Raises DeliveryRefusedError for a session that has ended."""
        if delivery.conversation != self.conversation:
            raise DeliveryRefusedError("that terminal session has ended")
        answer = self._waiting.pop(delivery.reply_to, None)
        if answer is None:
            await self._face.show(delivery.reply.text)
        elif not answer.done():  # done: the person stopped waiting and does not want it any more
            answer.set_result(delivery.reply.text)
        return None

    def show_progress(self, conversation: ConversationRef, text: str) -> None:
        """Show an answer as it grows. Answers come in order, so it is the longest-waiting line's."""
        asked_first = next(iter(self._waiting.values()), None)
        if conversation == self.conversation and asked_first and not asked_first.done():
            self._face.show_progress(text)

    async def sync_commands(self, commands: Sequence[Command]) -> None:
        """Offer the commands while typing."""
        self._face.offer(commands)

    async def aclose(self) -> None:
        """End the conversation and give the terminal back as it was."""
        self._closed = True
        if self._running:
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _ask(self, text: str, publish: Publish) -> str:
        self._lines += 1
        event = to_event(Line(text, self.conversation, self._lines, datetime.now(UTC)))
        answer = self._waiting[event.update_id] = asyncio.get_running_loop().create_future()
        try:
            await publish(event)
        except FamiliarError as error:
            del self._waiting[event.update_id]
            return f"That did not reach me: {error}"
        try:
            return await asyncio.wait_for(answer, self.settings.model.deadline_seconds + PATIENCE)
        except TimeoutError:
            self._waiting.pop(event.update_id, None)
            return SILENCE


def find_face(settings: Settings) -> Face:
    """A screen where a person is at both ends, else a pipe."""
    if _is_terminal():
        from adapters.console.screen import Screen  # a quarter of a second to import: a script does not need it

        return Screen(settings.bot.name)
    # Four bytes a character at most, and one character more than allowed: still too long, so the host says so.
    longest_line = 4 * (settings.limits.message_length + 1)
    return Pipe(_descriptor(sys.stdin, os.O_RDONLY), _descriptor(sys.stdout, os.O_WRONLY), longest_line)


def _is_terminal() -> bool:
    both = sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()
    return bool(both) and os.environ.get("TERM", "") not in {"dumb", "unknown"}


def _descriptor(stream: object, mode: int) -> int:
    """The stream's descriptor. A stream that was closed at start is None, and its number may be another file by now."""
    fileno = getattr(stream, "fileno", None)
    return fileno() if fileno else os.open(os.devnull, mode)
