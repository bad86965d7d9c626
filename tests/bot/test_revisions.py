"""Messages that are edited or deleted before they are answered, through the real App."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.app import App
from bot.events import ConversationRef, MessageDeleted, MessageEdited, MessageReceived, PlatformEvent
from bot.settings import BotSettings, Settings
from bot.store.store import Store
from bot.testing import FakeAdapter, FakeGenerator
from brain.reply import GeneratedReply, ReplyRequest
from tests.bot.house import House, counts


async def say(house: House, text: str, **about: str) -> MessageReceived:
    event = await house.adapter.say(text, **about)
    assert isinstance(event, MessageReceived)
    return event


def edited(message: MessageReceived, text: str, update_id: str = "edit") -> MessageEdited:
    now = datetime.now(UTC)
    return MessageEdited(
        at=now,
        edited_at=now,
        update_id=update_id,
        conversation=message.conversation,
        author=message.author,
        message_id=message.message_id,
        text=text,
    )


def deleted(message: MessageReceived, update_id: str = "delete") -> MessageDeleted:
    return MessageDeleted(
        at=datetime.now(UTC),
        update_id=update_id,
        conversation=message.conversation,
        author=message.author,
        message_id=message.message_id,
    )


async def wait_until_heard(house: House, count: int) -> None:
    async with asyncio.timeout(10):
        while len(house.plugin.heard) < count:  # noqa: ASYNC110
            await asyncio.sleep(0)


def texts(house: House) -> list[str]:
    return [sent.reply.text for sent in house.adapter.arrived]


async def test_a_message_edited_while_it_is_answered_is_answered_as_it_reads_now(settings: Settings) -> None:
    async with House(settings) as house:
        message = await say(house, "wait for me")
        await wait_until_heard(house, 1)
        await house.adapter.edit(message, "hello")
        house.plugin.gate.set()
        await house.app.settle()
        assert texts(house) == ["heard hello"]
        assert house.adapter.arrived[0].reply_to == message.message_id
    assert await counts(settings) == {"inbox": {"done": 2}, "outbox": {"sent": 1}}


async def test_a_message_edited_while_it_waits_its_turn_is_answered_once(settings: Settings) -> None:
    async with House(settings) as house:
        await say(house, "wait")
        message = await say(house, "number 1")
        await house.adapter.edit(message, "number 2")
        await house.adapter.edit(message, "number 3")
        house.plugin.gate.set()
        await house.app.settle()
        assert texts(house) == ["heard wait", "heard number 3"]
        assert "number 1" not in house.plugin.heard


async def test_what_was_said_is_remembered_as_it_was_answered(settings: Settings) -> None:
    async with House(settings) as house:
        await say(house, "wait")
        message = await say(house, "brain first")
        await house.adapter.edit(message, "brain second")
        house.plugin.gate.set()
        await house.app.settle()
        assert await house.adapter.ask("/history") == "wait / heard wait / brain second / about brain second"
    async with House(settings) as house:
        for _ in range(5):
            house.adapter.make_event("")  # the platform's ids go on
        assert await house.adapter.ask("/history") == "wait / heard wait / brain second / about brain second"


async def test_an_edit_after_the_answer_changes_nothing_and_is_not_kept(settings: Settings) -> None:
    async with House(settings) as house:
        message = await say(house, "hello")
        await house.app.settle()
        await house.adapter.edit(message, "hello again")
        await house.app.settle()
        assert texts(house) == ["heard hello"]
    assert (await counts(settings))["inbox"] == {"done": 1}


async def test_the_same_id_in_another_conversation_is_another_message(settings: Settings) -> None:
    async with House(settings) as house:
        await say(house, "wait", conversation="slow")
        message = await say(house, "number 1", conversation="slow")
        elsewhere = MessageReceived(
            at=message.at,
            update_id="elsewhere",
            conversation=ConversationRef("fake", "other"),
            author=message.author,
            message_id=message.message_id,
            text="wait",
            is_direct=True,
        )
        await house.adapter.receive(elsewhere)
        await house.adapter.edit(elsewhere, "number 2")
        house.plugin.gate.set()
        assert await house.adapter.wait_for(2, message.conversation) == ["heard wait", "heard number 1"]
        assert await house.adapter.wait_for(1, elsewhere.conversation) == ["heard number 2"]


async def test_a_message_deleted_while_it_is_answered_gets_no_reply(settings: Settings) -> None:
    async with House(settings) as house:
        message = await say(house, "wait")
        await wait_until_heard(house, 1)
        await house.adapter.delete(message)
        house.plugin.gate.set()
        assert await house.adapter.ask("hello") == "heard hello"
    assert await counts(settings) == {"inbox": {"done": 3}, "outbox": {"sent": 1}}


async def test_a_deleted_message_does_not_come_back_by_an_edit(settings: Settings) -> None:
    async with House(settings) as house:
        message = await say(house, "wait")
        await house.adapter.delete(message)
        await house.adapter.edit(message, "hello")
        house.plugin.gate.set()
        await house.app.settle()
        assert texts(house) == []


async def test_a_reply_that_has_not_left_is_withdrawn(settings: Settings) -> None:
    class Slow(FakeAdapter):
        gate = asyncio.Event()

        async def send(self, delivery: object) -> str | None:
            await self.gate.wait()
            return await super().send(delivery)  # pyright: ignore[reportArgumentType]

    adapter = Slow(settings)
    async with House(settings, adapter=adapter) as house:
        await say(house, "first")
        message = await say(house, "second")
        await house.app.dispatcher.drain()
        await house.adapter.delete(message)
        adapter.gate.set()
        assert await house.adapter.ask("third") == "heard first"  # the first reply that arrives
        assert await house.adapter.wait_for(2) == ["heard first", "heard third"]
    assert (await counts(settings))["outbox"] == {"sent": 2, "withdrawn": 1}


async def test_a_message_edited_to_nothing_gets_one_polite_line(settings: Settings) -> None:
    edited_by_now = threading.Event()

    class Patient(FakeGenerator):
        def reply(self, request: ReplyRequest, on_text: Callable[[str], bool] | None = None) -> GeneratedReply:
            if request.turns[-1].text == "hello":
                edited_by_now.wait(10)
            return super().reply(request, on_text)

    adapter = FakeAdapter(settings)
    async with App(settings, [adapter], [], lambda _folder: Patient("I see.")) as app:
        message = adapter.make_event("hello")
        assert isinstance(message, MessageReceived)
        await adapter.receive(message)
        await adapter.edit(message, "")
        edited_by_now.set()
        await app.settle()
    assert [sent.reply.text for sent in adapter.arrived] == ["I got an empty message. What would you like to say?"]


async def test_the_name_is_taken_out_of_an_edited_message_too(settings: Settings) -> None:
    named = settings.model_copy(update={"bot": BotSettings(names=("rex",))})
    async with House(named) as house:
        message = await house.adapter.say("rex, wait", space="s1")
        assert isinstance(message, MessageReceived)
        await house.adapter.edit(message, "rex, hello")
        house.plugin.gate.set()
        await house.app.settle()
        assert texts(house) == ["heard hello"]


async def leave_in_inbox(settings: Settings, *events: PlatformEvent) -> None:
    store = await Store.open(settings.database)
    for event in events:
        await store.save_event(event)
    await store.aclose()


@pytest.mark.parametrize("take_back", [False, True])
async def test_changes_that_were_stored_before_a_kill_hold_after_it(settings: Settings, take_back: bool) -> None:
    adapter = FakeAdapter(settings)
    first, second = adapter.make_event("number 1"), adapter.make_event("number 2")
    assert isinstance(first, MessageReceived)
    await leave_in_inbox(settings, first, second, edited(first, "number 3"), *([deleted(first)] if take_back else []))
    async with House(settings, adapter=adapter) as house:
        await house.app.settle()
        assert texts(house) == (["heard number 2"] if take_back else ["heard number 3", "heard number 2"])
