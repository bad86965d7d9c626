"""What was said in a conversation is used in it, and only there."""

from __future__ import annotations

from bot.app import App
from bot.settings import Settings
from bot.testing import FakeAdapter, FakeGenerator
from brain.reply import ReplyRequest, SpokenTurn
from tests.bot.house import House


async def test_the_network_gets_persona_and_what_was_said_before(settings: Settings) -> None:
    adapter, network = FakeAdapter(settings), FakeGenerator("Nice.")
    async with App(settings, [adapter], [], lambda _folder: network):
        await adapter.ask("I am Ann")
        await adapter.ask("elsewhere", conversation="c2")
        await adapter.ask("Who am I?")
    assert network.requests[-1] == ReplyRequest(
        turns=(SpokenTurn("user", "I am Ann"), SpokenTurn("bot", "Nice."), SpokenTurn("user", "Who am I?")),
        persona=settings.bot.persona,
    )


async def test_what_was_said_is_known_after_a_restart(settings: Settings) -> None:
    async with House(settings) as house:
        await house.adapter.ask("brain first")
    async with House(settings) as house:
        house.adapter.make_event("")  # the platform's ids go on
        assert await house.adapter.ask("/history") == "brain first / about brain first"


async def test_a_forgotten_conversation_is_used_no_more(settings: Settings) -> None:
    async with House(settings) as house:
        await house.adapter.ask("brain one")
        assert await house.adapter.ask("/history") == "brain one / about brain one"
        await house.adapter.ask("/forget")
        assert await house.adapter.ask("/history") == "nothing"
        await house.adapter.ask("brain two")
        assert [turn.text for turn in house.network.requests[-1].turns] == ["brain two"]
        assert await house.adapter.ask("/history") == "brain two / about brain two"
