"""What happens to more than can be taken."""

from __future__ import annotations

from bot.dispatcher import SLOW_DOWN
from bot.settings import Settings
from tests.bot.house import House, counts, limits


async def test_too_much_at_once_is_set_aside_with_one_word(settings: Settings) -> None:
    async with House(limits(settings, per_user="3 per minute")) as house:
        for number in range(10):
            await house.adapter.say(f"number {number}")
        await house.app.settle()
        heard = [f"heard number {number}" for number in range(3)]
        assert sorted(sent.reply.text for sent in house.adapter.arrived) == [SLOW_DOWN, *heard]
        assert await house.adapter.ask("hello", user="u2") == "heard hello"
    assert (await counts(settings))["inbox"] == {"done": 4, "shed": 7}


async def test_a_busy_conversation_is_limited_whoever_writes(settings: Settings) -> None:
    async with House(limits(settings, per_conversation="2 per minute")) as house:
        for number in range(4):
            await house.adapter.say("number", user=f"u{number}")
        await house.app.settle()
        texts = [sent.reply.text for sent in house.adapter.arrived]
        assert sorted(texts) == [SLOW_DOWN, SLOW_DOWN, "heard number", "heard number"]


async def test_a_full_queue_sheds_with_a_word_and_stays_within_its_bound(settings: Settings) -> None:
    narrow = limits(
        settings, waiting_per_conversation=2, per_user="1000 per minute", per_conversation="1000 per minute"
    )
    async with House(narrow) as house:
        for _ in range(10):
            await house.adapter.say("wait")
        assert await house.adapter.wait_for(1) == [SLOW_DOWN]
        house.plugin.gate.set()
        await house.app.settle()
        assert len(house.plugin.heard) == 3
    assert (await counts(narrow))["inbox"] == {"done": 3, "shed": 7}
