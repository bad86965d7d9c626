"""Order within a conversation, and nobody waits for another's."""

from __future__ import annotations

import dataclasses

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


async def test_fault_03_what_arrives_late_is_answered_in_the_platforms_order(settings: Settings) -> None:
    async with House(settings) as house:
        await _write(house, "10")
        for number in ("13", "11", "12"):
            await _write(house, number)
        await house.adapter.say("number without one")
        await _write(house, "9")  # what is no numbered message is overtaken by none
        house.plugin.gate.set()
        await house.adapter.wait_for(6)
    answered = [*(f"wait {number}" for number in (10, 11, 12, 13)), "number without one", "wait 9"]
    assert house.plugin.heard == answered


async def test_fault_03_the_order_holds_for_what_a_killed_process_left(settings: Settings) -> None:
    async with House(settings) as house:
        house.app.dispatcher.stop_taking()  # as when it dies: stored, not answered
        for number in ("12", "11", "10"):
            await _write(house, number)
    async with House(settings) as successor:
        successor.plugin.gate.set()
        await successor.adapter.wait_for(3)
        assert successor.plugin.heard == ["wait 10", "wait 11", "wait 12"]


async def _write(house: House, number: str) -> None:
    message = house.adapter.make_event(f"wait {number}")
    await house.adapter.receive(dataclasses.replace(message, update_id=f"update {number}", message_id=number))


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
