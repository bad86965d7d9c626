"""How it behaves among several people, through the real App."""

from __future__ import annotations

from typing import Any

import pytest

from bot.app import App
from bot.basics import FORGOTTEN, BasicsPlugin
from bot.events import Attachment, Author, ConversationRef, MessageReceived, PlatformEvent, UserRef
from bot.settings import BotSettings, Settings, SpaceSettings
from bot.testing import FakeAdapter, FakeGenerator
from brain.reply import SpokenTurn
from tests.bot.house import House, counts

GROUP: dict[str, Any] = {"space": "s1", "mentions_me": True}


def with_space(settings: Settings, **space: Any) -> Settings:
    return settings.model_copy(update={"spaces": {"fake:s1": SpaceSettings(**space)}})


def with_names(settings: Settings, *names: str) -> Settings:
    return settings.model_copy(update={"bot": BotSettings(names=names)})


def app(settings: Settings, adapter: FakeAdapter, network: FakeGenerator | None = None) -> App:
    return App(settings, [adapter], [BasicsPlugin()], lambda _folder: network or FakeGenerator("Yes?"))


async def test_what_people_say_to_each_other_is_neither_answered_nor_kept(settings: Settings) -> None:
    async with House(settings) as house:
        heard: list[PlatformEvent] = []

        async def listen(event: PlatformEvent) -> None:
            heard.append(event)

        house.app.bus.subscribe(PlatformEvent, listen)
        message = await house.adapter.say("my secret plan", space="s1")
        assert isinstance(message, MessageReceived)
        await house.adapter.edit(message, "my other plan")
        await house.adapter.delete(message)
        await house.app.settle()
        assert (house.adapter.arrived, house.plugin.heard, heard) == ([], [], [])
    assert (await counts(settings))["inbox"] == {}


async def test_what_people_say_to_each_other_counts_for_no_limit(settings: Settings) -> None:
    async with House(settings) as house:
        for _ in range(200):
            await house.adapter.say("so it is", space="s1")
        assert await house.adapter.ask("hello", **GROUP) == "heard hello"


async def test_a_mention_is_answered_in_reply_to_it(settings: Settings) -> None:
    adapter = FakeAdapter(settings)
    async with app(settings, adapter):
        message = await adapter.say("hello", **GROUP)
        assert isinstance(message, MessageReceived)
        assert await adapter.wait_for(1) == ["Yes?"]
    assert adapter.arrived[0].reply_to == message.message_id


async def test_the_network_does_not_hear_the_name_it_was_called_by(settings: Settings) -> None:
    adapter, network = FakeAdapter(settings), FakeGenerator("Yes?")
    async with app(with_names(settings, "rex"), adapter, network):
        await adapter.ask("Rex, what is up?", space="s1")
    assert network.requests[-1].turns == (SpokenTurn("user", "what is up?"),)


async def test_bots_are_not_answered_nor_is_the_bot_itself(settings: Settings) -> None:
    active = with_space(settings, mode="active")
    async with House(active) as house:
        other = Author(UserRef("fake", "b1"), "Beep", is_bot=True)
        await house.adapter.say("hello", **GROUP, author=other)
        await house.adapter.say("/add 1", space="s1", author=other)
        await house.app.settle()
        assert house.adapter.arrived == []
    assert (await counts(settings))["inbox"] == {}


async def test_an_active_bot_joins_in_where_it_may(settings: Settings) -> None:
    active = with_space(settings, mode="active", conversations=["c1"])
    async with House(active) as house:
        assert await house.adapter.ask("hello", space="s1") == "heard hello"
        await house.adapter.say("hello", space="s1", conversation="c2")
        await house.adapter.say("hello", space="s2")
        assert await house.adapter.ask(
            "in a thread", space="s1", conversation="t", parent=ConversationRef("fake", "c1")
        )
        await house.app.settle()
        assert len(house.adapter.arrived) == 2


async def test_where_it_may_not_speak_a_command_is_refused_to_the_caller_alone(settings: Settings) -> None:
    async with House(with_space(settings, conversations=["c1"])) as house:
        await house.adapter.say("/add 1", space="s1", conversation="c2")
        await house.adapter.say("/add 1", space="s1", conversation="c2", reply_token="interaction")
        await house.app.settle()
        [refusal] = house.adapter.arrived
        assert (refusal.reply.ephemeral, refusal.reply_token) == (True, "interaction")
        assert await house.adapter.ask("/add 1", space="s1") == "2"


async def test_a_command_that_may_be_another_bots_is_left_to_it(settings: Settings) -> None:
    async with House(settings) as house:
        await house.adapter.say("/weather", space="s1")
        for meant in ({"reply_token": "interaction"}, {"mentions_me": True}):
            assert await house.adapter.ask("/weather", space="s1", **meant) == "I don't know /weather."
        await house.app.settle()
        assert len(house.adapter.arrived) == 2


@pytest.mark.parametrize(
    ("attachments", "answer"),
    [
        ((), "I got an empty message. What would you like to say?"),
        ((Attachment("photo", "cat.jpg"),), "I can only read text so far. What would you like to say about it?"),
    ],
)
async def test_a_message_without_text_gets_one_polite_line(
    settings: Settings, attachments: tuple[Attachment, ...], answer: str
) -> None:
    adapter = FakeAdapter(settings)
    async with app(settings, adapter):
        assert await adapter.ask(" ", **GROUP, attachments=attachments) == answer
        assert await adapter.ask("look at this", **GROUP, attachments=attachments) == "Yes?"


async def test_each_member_has_a_memory_of_their_own(settings: Settings) -> None:
    adapter, network = FakeAdapter(settings), FakeGenerator("Yes?")
    async with app(settings, adapter, network) as running:
        await adapter.ask("I am Ann", user="ann", **GROUP)
        await adapter.ask("I am Bob", user="bob", **GROUP)
        await adapter.ask("Who am I?", user="ann", **GROUP)
        assert [turn.text for turn in network.requests[-1].turns] == ["I am Ann", "Yes?", "Who am I?"]
        assert await adapter.ask("/reset", user="bob", space="s1") == FORGOTTEN
        await adapter.ask("And I?", user="ann", **GROUP)
        assert len(network.requests[-1].turns) == 5
        await adapter.ask("And I?", user="bob", **GROUP)
        assert [turn.text for turn in network.requests[-1].turns] == ["And I?"]
        await running.settle()


async def test_a_shared_memory_holds_who_said_what(settings: Settings) -> None:
    adapter, network = FakeAdapter(settings), FakeGenerator("Yes?")
    shared = with_space(settings, memory="shared")
    async with app(shared, adapter, network):
        await adapter.ask("I like tea", user="ann", **GROUP)
        await adapter.ask("Who likes tea?", user="bob", **GROUP)
        assert network.requests[-1].turns == (
            SpokenTurn("user", "ann> I like tea"),
            SpokenTurn("bot", "Yes?"),
            SpokenTurn("user", "bob> Who likes tea?"),
        )
        assert await adapter.ask("/reset", user="bob", space="s1") == FORGOTTEN
        await adapter.ask("hello", user="ann", **GROUP)
        assert network.requests[-1].turns == (SpokenTurn("user", "ann> hello"),)


async def test_memories_are_told_apart_after_a_restart(settings: Settings) -> None:
    adapter = FakeAdapter(settings)
    async with app(settings, adapter):
        await adapter.ask("I am Ann", user="ann", **GROUP)
        await adapter.ask("I am Bob", user="bob", **GROUP)
        await adapter.ask("/reset", user="bob", space="s1")
    network = FakeGenerator("Yes?")
    adapter = FakeAdapter(settings)
    async with app(settings, adapter, network):
        await adapter.ask("hello", user="ann", update_id="10", **GROUP)
        assert [turn.text for turn in network.requests[-1].turns] == ["I am Ann", "Yes?", "hello"]
        await adapter.ask("hello", user="bob", update_id="11", **GROUP)
        assert [turn.text for turn in network.requests[-1].turns] == ["hello"]
