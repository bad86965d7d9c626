from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from adapters.console.adapter import SILENCE, ConsoleAdapter
from adapters.console.face import Ask
from bot.commands import Command
from bot.errors import DeliveryRefusedError, StoreUnavailableError
from bot.events import ConversationRef, Delivery, MessageReceived, PlatformEvent, Reply
from bot.settings import ModelSettings, Settings


class ScriptedFace:
    """Says its lines one after the other, then stays until it is cancelled, unless it has `leaves`."""

    def __init__(self, *lines: str, leaves: bool = True) -> None:
        self.lines = lines
        self.leaves = leaves
        self.answers: list[str] = []
        self.shown: list[str] = []
        self.progress: list[str] = []
        self.commands: list[str] = []

    async def run(self, ask: Ask) -> None:
        for line in self.lines:
            self.answers.append(await ask(line))
        if not self.leaves:
            await asyncio.Event().wait()

    async def show(self, text: str) -> None:
        self.shown.append(text)

    def show_progress(self, text: str) -> None:
        self.progress.append(text)

    def offer(self, commands: Sequence[Command]) -> None:
        self.commands = [command.name for command in commands]


def reply_to(event: PlatformEvent, text: str) -> Delivery:
    return Delivery("n", event.conversation, Reply(text), event.update_id)


async def test_a_reply_reaches_the_line_that_asked() -> None:
    face = ScriptedFace("one", "two")
    adapter = ConsoleAdapter(Settings(), face)
    tasks: list[asyncio.Task[str | None]] = []

    async def publish(event: PlatformEvent) -> None:
        assert isinstance(event, MessageReceived)
        tasks.append(asyncio.create_task(adapter.send(reply_to(event, event.text[::-1]))))

    await adapter.start(publish)
    assert face.answers == ["eno", "owt"]


async def test_progress_is_shown_while_a_line_waits_and_only_for_this_conversation() -> None:
    face = ScriptedFace("one")
    adapter = ConsoleAdapter(Settings(), face)
    adapter.show_progress(adapter.conversation, "nobody asked")

    async def publish(event: PlatformEvent) -> None:
        adapter.show_progress(event.conversation, "")
        adapter.show_progress(event.conversation, "Hel")
        adapter.show_progress(ConversationRef("console", "another"), "wrong")
        await adapter.send(reply_to(event, "Hello"))

    await adapter.start(publish)
    assert face.progress == ["", "Hel"]


async def test_what_is_said_without_being_asked_is_shown() -> None:
    face = ScriptedFace()
    adapter = ConsoleAdapter(Settings(), face)
    await adapter.send(Delivery("n", adapter.conversation, Reply("By the way")))
    assert face.shown == ["By the way"]


async def test_a_reply_for_an_earlier_session_is_refused() -> None:
    adapter = ConsoleAdapter(Settings(), ScriptedFace())
    with pytest.raises(DeliveryRefusedError):
        await adapter.send(Delivery("n", ConversationRef("console", "yesterday"), Reply("late")))


async def test_a_line_that_can_not_be_stored_is_answered_with_the_reason() -> None:
    face = ScriptedFace("one")

    async def publish(event: PlatformEvent) -> None:
        raise StoreUnavailableError("the database is locked")

    await ConsoleAdapter(Settings(), face).start(publish)
    assert face.answers == ["That did not reach me: the database is locked"]


async def test_a_reply_nobody_waits_for_any_more_is_dropped() -> None:
    face = ScriptedFace("one", leaves=False)
    adapter = ConsoleAdapter(Settings(), face)
    published: asyncio.Queue[PlatformEvent] = asyncio.Queue()
    running = asyncio.create_task(adapter.start(published.put))
    event = await published.get()
    await adapter.aclose()
    await running
    await adapter.send(reply_to(event, "too late"))
    assert (face.answers, face.shown) == ([], [])


async def test_silence_is_said_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.console.adapter.PATIENCE", 0.0)
    face = ScriptedFace("one")
    adapter = ConsoleAdapter(Settings(model=ModelSettings(deadline_seconds=1e-3)), face)

    async def publish(event: PlatformEvent) -> None:
        return

    await adapter.start(publish)
    assert face.answers == [SILENCE]


async def test_closing_ends_a_session_and_may_be_repeated() -> None:
    adapter = ConsoleAdapter(Settings(), ScriptedFace(leaves=False))
    published: asyncio.Queue[PlatformEvent] = asyncio.Queue()
    running = asyncio.create_task(adapter.start(published.put))
    await asyncio.sleep(0)
    await adapter.aclose()
    await adapter.aclose()
    await running
    await adapter.start(published.put)


async def test_a_cancelled_start_stays_cancelled() -> None:
    published: asyncio.Queue[PlatformEvent] = asyncio.Queue()
    running = asyncio.create_task(ConsoleAdapter(Settings(), ScriptedFace(leaves=False)).start(published.put))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_commands_are_offered() -> None:
    face = ScriptedFace()
    await ConsoleAdapter(Settings(), face).sync_commands([Command("help", "Show what I can do")])
    assert face.commands == ["help"]
