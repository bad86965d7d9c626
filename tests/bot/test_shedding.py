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


async def test_what_cannot_be_answered_privately_is_said_where_its_author_reads(settings: Settings) -> None:
    """A message has no answer that only its author sees; a command or a press may have one."""
    async with House(limits(settings, per_user="1 per minute")) as house:
        for _ in range(3):
            await house.adapter.say("number", space="s1", mentions_me=True)
        await house.adapter.say("/add 1", reply_token="interaction")
        await house.app.settle()
        notices = [sent for sent in house.adapter.arrived if sent.reply.text == SLOW_DOWN]
    assert [(sent.reply.ephemeral, sent.reply_to, sent.reply_token) for sent in notices] == [
        (False, "u2", None),
        (True, None, "interaction"),
    ]


async def test_of_a_crowd_that_is_set_aside_some_are_told_for_all(settings: Settings) -> None:
    async with House(limits(settings, per_conversation="1 per minute")) as house:
        for number in range(50):
            await house.adapter.say("number", user=f"u{number}")
        await house.app.settle()
        told = [sent.reply_to for sent in house.adapter.arrived if sent.reply.text == SLOW_DOWN]
        assert told == ["u2", "u3", "u4"]
        for number in range(2):
            await house.adapter.say("number", user=f"u{number}", conversation="another")
        await house.app.settle()
        assert house.adapter.arrived[-1].conversation.conversation_id == "another"


async def test_more_than_is_read_is_refused_where_its_author_reads(settings: Settings) -> None:
    async with House(settings) as house:
        await house.adapter.say("x" * 4001, space="s1", mentions_me=True)
        await house.app.settle()
        [refusal] = house.adapter.arrived
    assert not refusal.reply.ephemeral


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
