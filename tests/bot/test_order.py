"""Order within a conversation, and nobody waits for another's."""

from __future__ import annotations

from bot.events import ConversationRef
from bot.settings import Settings
from tests.bot.house import House, limits


async def test_messages_of_a_conversation_are_answered_in_order_while_others_overtake(settings: Settings) -> None:
    async with House(settings) as house:
        first = await house.adapter.say("wait", conversation="slow")
        await house.adapter.say("number 1", conversation="slow")
        assert await house.adapter.ask("hello", conversation="fast", user="u2") == "heard hello"
        assert [sent.conversation.conversation_id for sent in house.adapter.arrived] == ["fast"]
        house.plugin.gate.set()
        assert await house.adapter.wait_for(2, first.conversation) == ["heard wait", "heard number 1"]


async def test_forty_conversations_at_once_keep_their_order(settings: Settings) -> None:
    async with House(limits(settings, per_user="1000 per minute")) as house:
        for number in range(400):
            await house.adapter.say(f"number {number}", conversation=f"c{number % 40}", user=f"u{number % 40}")
        await house.adapter.wait_for(400)
        for conversation in range(40):
            texts = await house.adapter.wait_for(10, ConversationRef("fake", f"c{conversation}"))
            assert texts == [f"heard number {number}" for number in range(conversation, 400, 40)]


async def test_twenty_slow_people_delay_nobody(settings: Settings) -> None:
    async with House(settings) as house:
        for number in range(20):
            await house.adapter.say("wait", conversation=f"slow {number}", user=f"slow {number}")
        assert await house.adapter.ask("hello") == "heard hello"


async def test_a_blocking_handler_runs_beside_the_loop(settings: Settings) -> None:
    async with House(settings) as house:
        event = await house.adapter.say("/block", conversation="blocked")
        assert await house.adapter.ask("hello") == "heard hello"
        house.plugin.thread_gate.set()
        assert await house.adapter.wait_for(1, event.conversation) == ["unblocked"]
