"""/reset asks back where the platform has buttons."""

from __future__ import annotations

import pytest

from bot.app import App
from bot.basics import FORGOTTEN, BasicsPlugin
from bot.events import Button, Reply
from bot.plugin import Context, Plugin, command
from bot.settings import Settings
from bot.testing import FakeAdapter, FakeGenerator


def app(settings: Settings, adapter: FakeAdapter, network: FakeGenerator | None = None) -> App:
    return App(settings, [adapter], [BasicsPlugin()], lambda _folder: network or FakeGenerator("Yes?"))


async def test_yes_forgets(settings: Settings) -> None:
    adapter, network = FakeAdapter(settings, buttons=True), FakeGenerator("Yes?")
    async with app(settings, adapter, network):
        await adapter.ask("I am Ann")
        assert await adapter.ask("/reset") == "Shall I forget what we said here?"
        question = adapter.arrived[-1]
        assert question.reply.buttons == (Button("Yes", "reset:u1"), Button("Keep it", "keep:u1"))
        await adapter.press(question, "Yes")
        assert (await adapter.wait_for(3))[-1] == FORGOTTEN
        assert adapter.arrived[-1].reply_token == "press 3"
        await adapter.ask("Who am I?")
        assert [turn.text for turn in network.requests[-1].turns] == ["Who am I?"]


def test_a_payload_that_no_platform_would_take_is_refused() -> None:
    assert Button("Yes", "é" * 32)
    with pytest.raises(ValueError, match="'Yes' is longer than 64 bytes"):
        Button("Yes", "é" * 33)


async def test_a_label_that_can_not_be_sent_is_cleaned(settings: Settings) -> None:
    class Careless(Plugin):
        name = "careless"

        @command("offer", "Offer something")
        async def offer(self, ctx: Context) -> Reply:
            return Reply("Look", buttons=(Button("a\0b\ud800", "yes"),))

    adapter = FakeAdapter(settings, buttons=True)
    async with App(settings, [adapter], [Careless()], lambda _folder: FakeGenerator()):
        await adapter.ask("/offer")
    assert adapter.arrived[0].reply.buttons == (Button("ab�", "yes"),)


async def test_keep_it_keeps_it(settings: Settings) -> None:
    adapter, network = FakeAdapter(settings, buttons=True), FakeGenerator("Yes?")
    async with app(settings, adapter, network):
        await adapter.ask("I am Ann")
        await adapter.ask("/reset")
        await adapter.press(adapter.arrived[-1], "Keep it")
        await adapter.wait_for(3)
        await adapter.ask("Who am I?")
        assert len(network.requests[-1].turns) == 3


async def test_only_the_person_who_asked_may_press(settings: Settings) -> None:
    adapter, network = FakeAdapter(settings, buttons=True), FakeGenerator("Yes?")
    async with app(settings, adapter, network):
        await adapter.ask("I am Ann", user="ann")
        await adapter.ask("/reset", user="ann")
        await adapter.press(adapter.arrived[-1], "Yes", user="bob")
        await adapter.wait_for(3)
        assert adapter.arrived[-1].reply.ephemeral
        await adapter.ask("Who am I?", user="ann")
        assert len(network.requests[-1].turns) == 3


async def test_a_question_that_was_asked_before_a_restart_can_be_answered_after_it(settings: Settings) -> None:
    adapter = FakeAdapter(settings, buttons=True)
    async with app(settings, adapter):
        await adapter.ask("/reset")
    question = adapter.arrived[-1]
    adapter = FakeAdapter(settings, buttons=True)
    async with app(settings, adapter):
        adapter.make_event("")  # the platform's ids go on
        await adapter.press(question, "Yes")
        assert await adapter.wait_for(1) == [FORGOTTEN]
