"""What every adapter keeps to."""

# ruff: noqa: D102 - a test's name says what it checks

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence

from bot.adapter import Adapter
from bot.commands import Command, Option, Permission
from bot.errors import StoreUnavailableError
from bot.events import Button, ConversationRef, Delivery, MessageReceived, PlatformEvent, Reply

PATIENCE = 10.0
"""Seconds a test waits before it counts as failed."""


class AdapterContract(ABC):
    """Inherit it in a class named Test…, bring a stand-in for the platform, and pytest checks the rest."""

    @abstractmethod
    async def make_adapter(self) -> Adapter:
        """Return an adapter that is connected to a fresh stand-in for its platform."""

    @abstractmethod
    async def write(self, adapter: Adapter, text: str) -> None:
        """Have a person write `text` on the stand-in."""

    @abstractmethod
    def read(self, adapter: Adapter) -> Sequence[str]:
        """Return the texts of the replies that people on the stand-in can read."""

    async def test_what_is_written_becomes_a_message(self) -> None:
        async with _Running(await self.make_adapter()) as running:
            await self.write(running.adapter, "hello")
            event = await running.next_event()
        assert isinstance(event, MessageReceived)
        assert event.text == "hello"
        assert event.at.tzinfo is not None
        assert {event.conversation.platform, event.author.ref.platform} == {running.adapter.name}

    async def test_each_message_has_an_update_id_of_its_own(self) -> None:
        async with _Running(await self.make_adapter()) as running:
            await self.write(running.adapter, "the same")
            first = await running.next_event()
            await self._reply(running.adapter, first, "yes")
            await self.write(running.adapter, "the same")
            second = await running.next_event()
        assert first.update_id != second.update_id
        assert first.conversation == second.conversation

    async def test_a_reply_can_be_read_by_people(self) -> None:
        async with _Running(await self.make_adapter()) as running:
            await self.write(running.adapter, "hello")
            await self._reply(running.adapter, await running.next_event(), "Hello, you.")
            async with asyncio.timeout(PATIENCE):
                while not any("Hello, you." in text for text in self.read(running.adapter)):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

    async def test_a_message_the_host_could_not_store_does_not_stop_it(self) -> None:
        async with _Running(await self.make_adapter(), failures=1) as running:
            await self.write(running.adapter, "lost or repeated")
            await running.refused.wait()
            await self.write(running.adapter, "hello again")
            event = await running.next_event()
        assert isinstance(event, MessageReceived)

    async def test_progress_is_shown_without_waiting_and_without_a_message(self) -> None:
        async with _Running(await self.make_adapter()) as running:
            await self.write(running.adapter, "hello")
            event = await running.next_event()
            running.adapter.show_progress(event.conversation, "")
            running.adapter.show_progress(event.conversation, "Hel")
            running.adapter.show_progress(ConversationRef(running.adapter.name, "nowhere"), "Hel")
            running.adapter.end_progress(event.conversation)
            running.adapter.end_progress(event.conversation)
            running.adapter.end_progress(ConversationRef(running.adapter.name, "nowhere"))

    async def test_a_reply_with_all_there_is_can_be_read_by_people(self) -> None:
        reply = Reply("Really?", ephemeral=True, buttons=(Button("Yes", "yes"), Button("No", "n" * 64)))
        async with _Running(await self.make_adapter()) as running:
            await self.write(running.adapter, "hello")
            event = await running.next_event()
            await self._deliver(running.adapter, event, reply)
            async with asyncio.timeout(PATIENCE):
                while not any("Really?" in text for text in self.read(running.adapter)):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

    async def test_commands_can_be_made_known_again_and_change(self) -> None:
        roll = Command("roll", "Roll a die", (Option("sides", int, required=False),))
        status = Command("model status", "Tell which model speaks", permission=Permission.ADMIN, ephemeral=True)
        adapter = await self.make_adapter()
        for commands in ((roll, status), (roll, status), (status,), ()):
            await adapter.sync_commands(commands)
        await adapter.aclose()

    async def test_what_a_check_finds_is_told_in_single_lines(self) -> None:
        adapter = await self.make_adapter()
        for finding in await adapter.check():
            assert finding.text.strip()
            assert "\n" not in finding.text
        await adapter.aclose()

    async def test_it_ends_when_closed_and_can_be_closed_twice(self) -> None:
        running = _Running(await self.make_adapter())
        async with running:
            pass
        await running.adapter.aclose()

    async def test_its_name_is_one_lower_case_word(self) -> None:
        adapter = await self.make_adapter()
        assert re.fullmatch(r"[a-z][a-z0-9_]*", adapter.name)
        await adapter.aclose()

    async def _reply(self, adapter: Adapter, event: PlatformEvent, text: str) -> None:
        await self._deliver(adapter, event, Reply(text))

    async def _deliver(self, adapter: Adapter, event: PlatformEvent, reply: Reply) -> None:
        message_id = event.message_id if isinstance(event, MessageReceived) else None
        await adapter.send(Delivery("1", event.conversation, reply, message_id, event.reply_token))


class _Running:
    """An adapter between `start` and `aclose`, and the events it published."""

    def __init__(self, adapter: Adapter, failures: int = 0) -> None:
        self.adapter = adapter
        self.refused = asyncio.Event()
        self._failures = failures
        self._events: asyncio.Queue[PlatformEvent] = asyncio.Queue()

    async def next_event(self) -> PlatformEvent:
        async with asyncio.timeout(PATIENCE):
            return await self._events.get()

    async def __aenter__(self) -> _Running:
        await self.adapter.sync_commands(())
        self._task = asyncio.create_task(self.adapter.start(self._publish))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.adapter.aclose()
        async with asyncio.timeout(PATIENCE):
            await self._task

    async def _publish(self, event: PlatformEvent) -> None:
        if self._failures:
            self._failures -= 1
            self.refused.set()
            raise StoreUnavailableError("the database is locked")
        self._events.put_nowait(event)
