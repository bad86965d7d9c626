"""Familiar in its own process on a simulated Discord: what people write, and what they read."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.adapters.discord.conftest import House
from tests.adapters.probe import LONG
from tests.simulators.discord_payloads import refusal
from tests.simulators.discord_state import Refused

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_mention_is_answered_as_a_reply_to_it(house: House) -> None:
    asked = house.world.mention(house.world.general, "hello")
    await house.reads(house.world.general, "heard hello")
    [said] = house.world.said(house.world.general)
    assert said["message_reference"]["message_id"] == str(asked)


async def test_a_direct_message_in_a_channel_never_heard_of_is_answered(house: House) -> None:
    direct = house.world.direct(house.world.meet("carol"))
    house.world.say(direct, "hello", author=house.world.channels[direct].recipient or 0)
    await house.reads(direct, "heard hello")


async def test_a_reply_to_the_bot_is_answered_without_a_mention(house: House) -> None:
    channel = house.world.open_channel("replies")
    house.world.mention(channel, "hello")
    await house.reads(channel, "heard hello")
    house.world.say(channel, "and now?", reply_to=int(house.world.said(channel)[0]["id"]))
    await house.reads(channel, "heard hello", "heard and now?")


async def test_what_is_said_in_a_thread_is_answered_there(house: House) -> None:
    parent = house.world.open_channel("parent")
    thread = house.world.open_thread(parent, "a thread")
    await house.reads(thread, f"thread of discord:{parent}")
    house.world.mention(thread, "hello")
    await house.reads(thread, f"thread of discord:{parent}", "heard hello")
    assert house.world.texts(parent) == []


async def test_the_same_message_a_hundred_times_is_answered_once(house: House) -> None:
    channel = house.world.open_channel("repeated")
    asked = house.world.mention(channel, "hello")
    house.world.repeat(channel, asked, 99)
    await house.settle(channel)
    assert house.world.texts(channel) == ["heard hello", "heard settle"]


async def test_bots_webhooks_system_messages_and_what_is_not_addressed_are_left_alone(house: House) -> None:
    channel = house.world.open_channel("ignored")
    house.world.mention(channel, "from a bot", author=house.world.other_bot)
    house.world.mention(channel, "from itself", author=house.world.app_id)
    house.world.mention(channel, "from a webhook", webhook_id="9")
    house.world.mention(channel, "a pin", type=6)
    house.world.say(channel, "nobody in particular")
    await house.settle(channel)
    assert house.world.texts(channel) == [f"<@{house.world.app_id}> from itself", "heard settle"]


async def test_a_conversation_keeps_its_order_while_another_goes_on(house: House) -> None:
    slow, fast = house.world.open_channel("slow"), house.world.open_channel("fast")
    house.world.mention(slow, "wait")
    for number in range(5):
        house.world.mention(slow, str(number))
    house.world.mention(fast, "hello")
    await house.reads(fast, "heard hello")
    assert house.world.texts(slow) == []
    house.discord.call(fast, "release")
    await house.reads(slow, "heard wait", *(f"heard {number}" for number in range(5)))


async def test_a_long_reply_is_split_and_its_code_closed_and_opened_again(house: House) -> None:
    channel = house.world.open_channel("long")
    asked = house.world.mention(channel, "long")
    await house.settle(channel)
    parts = house.world.said(channel)[:-1]
    assert len(parts) > 2
    assert all(len(part["content"]) <= 2000 and part["content"].count("```") % 2 == 0 for part in parts)
    assert [part.get("message_reference", {}).get("message_id") for part in parts] == [
        str(asked),
        *[None] * len(parts[1:]),
    ]
    lines = [line for part in parts for line in part["content"].splitlines() if not line.startswith("```")]
    assert lines == [line for line in LONG.splitlines() if not line.startswith("```")]


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("**bold** _it_ `code` ~x~", r"heard \*\*bold\*\* \_it\_ `code` \~x\~"),
        ("[safe](https://evil.example/a_b)", r"heard \[safe](https://evil.example/a_b)"),
        ("<b>&amp;</b>\n# big", "heard <b>&amp;</b>\n\\# big"),
        ("nul\0 and \ud800 alone", "heard nul and \ufffd alone"),
        (
            "e\u0301\u200d\U0001f469\u200d\U0001f469 \u202eabc",
            "heard e\u0301\u200d\U0001f469\u200d\U0001f469 \u202eabc",
        ),
    ],
    ids=["markdown", "link", "html", "surrogate", "zero-width"],
)
async def test_text_is_shown_as_it_is(house: House, said: str, answered: str) -> None:
    direct = house.world.direct(house.world.meet("dora"))
    house.world.say(direct, said, author=house.world.channels[direct].recipient or 0)
    await house.reads(direct, answered)


async def test_nobody_is_ever_notified(house: House) -> None:
    channel = house.world.open_channel("pings")
    house.world.mention(channel, "@everyone @here <@202> <@&77>")
    house.discord.call(channel, "ping")
    await house.settle(channel)
    assert len(house.world.texts(channel)) == 3
    assert house.world.pings == []


@pytest.mark.parametrize(
    ("attachments", "text", "answered"),
    [
        ([{"filename": "cat.png", "size": 3, "content_type": "image/png"}], "", "photo cat.png 3"),
        (
            [{"filename": "a.zip", "size": 4}, {"filename": "b.mp4", "content_type": "video/mp4"}],
            "",
            "file a.zip 4 video b.mp4 1",
        ),
        ([], "x" * 4001, "That is more than I can read at once. Please keep it under 4,000 characters."),
    ],
    ids=["attachment only", "two", "oversized"],
)
async def test_what_comes_with_or_without_text(house: House, attachments: Any, text: str, answered: str) -> None:
    direct = house.world.direct(house.world.meet("emil"))
    person = house.world.channels[direct].recipient or 0
    house.world.say(direct, text, author=person, attachments=attachments)
    await house.reads(direct, answered)


async def test_a_reply_goes_out_although_what_it_answers_is_gone(house: House) -> None:
    channel = house.world.open_channel("vanished")
    asked = house.world.mention(channel, "brain slowly")
    await house.world.until(lambda: channel in house.world.typing)
    del house.world.channels[channel].messages[asked]  # without telling
    await house.reads(channel, "I see.")
    assert "message_reference" not in house.world.said(channel)[0]


REFUSALS = {
    "50007 direct messages closed": Refused(403, refusal(50007, "Cannot send messages to this user")),
    "50013 no permission": Refused(403, refusal(50013, "Missing Permissions")),
    "50001 no access": Refused(403, refusal(50001, "Missing Access")),
    "10003 channel gone": Refused(404, refusal(10003, "Unknown Channel")),
}


@pytest.mark.parametrize("refused", REFUSALS.values(), ids=REFUSALS)
async def test_a_refusal_is_final_and_the_next_message_is_answered(house: House, refused: Refused) -> None:
    channel = house.world.open_channel("closed")
    house.world.channels[channel].refusal = refused
    house.world.mention(channel, "one")
    await house.world.until(lambda: house.world.requests("POST", f"/channels/{channel}/messages"))
    house.world.channels[channel].refusal = None
    await house.settle(channel)
    assert house.world.texts(channel) == ["heard settle"]


FAULTS: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "503": {"status": 503},
    "502 with a page": {"status": 502, "body": "<html>Bad gateway</html>"},
    "a page with 200": {"status": 200, "body": "<html>Hello</html>"},
    "dropped": {"drop": True},
    "dropped after it was taken": {"drop": True, "served": True},
    "503 after it was taken": {"status": 503, "served": True},
    "429 once": {"status": 429, "retry_after": 0.2},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_fault_on_the_way_loses_and_doubles_nothing(house: House, fault: dict[str, Any]) -> None:
    channel = house.world.open_channel("faulty")
    house.world.faults.add(match=f"POST /channels/{channel}/messages", **fault)
    for number in range(3):
        house.world.mention(channel, str(number))
    await house.settle(channel)
    assert house.world.texts(channel) == ["heard 0", "heard 1", "heard 2", "heard settle"]


async def test_half_of_all_calls_answered_429_lose_and_double_nothing(house: House) -> None:
    channels = [house.world.open_channel(f"storm-{number}") for number in range(8)]
    house.world.faults.add(match="POST", status=429, retry_after=0.05, times=60, every=2)
    for number in range(5):
        for channel in channels:
            house.world.mention(channel, str(number))
    await asyncio.gather(*(house.reads(channel, *(f"heard {n}" for n in range(5))) for channel in channels))
    house.world.faults.clear()


async def test_the_limit_of_a_channel_is_kept_as_told(house: House) -> None:
    channel = house.world.open_channel("limited")
    house.world.limit = (2, 0.5)
    for number in range(6):
        house.world.mention(channel, str(number))
    await house.reads(channel, *(f"heard {number}" for number in range(6)))
    house.world.limit = (10_000, 1.0)
    refused = [call for call in house.world.requests("POST", f"/channels/{channel}/messages") if call.status == 429]
    assert len(refused) <= 6


async def test_typing_is_shown_while_the_network_thinks(house: House) -> None:
    channel = house.world.open_channel("thinking")
    house.world.mention(channel, "brain slowly")
    await house.reads(channel, "I see.")
    assert channel in house.world.typing


async def test_a_handler_that_breaks_is_apologised_for_and_stops_typing(house: House) -> None:
    channel = house.world.open_channel("broken")
    house.world.mention(channel, "break")
    await house.reads(channel, "Something went wrong on my side. Please try again in a moment.")


async def test_what_is_for_one_person_is_not_said_where_others_read(house: House) -> None:
    channel = house.world.open_channel("whispers")
    house.world.mention(channel, "whisper")
    await house.settle(channel)
    assert house.world.texts(channel) == ["heard settle"]
    direct = house.world.direct(house.world.ann)
    house.world.say(direct, "whisper")
    await house.reads(direct, "psst")


async def test_what_was_edited_meanwhile_is_answered_as_it_reads_now(house: House) -> None:
    channel = house.world.open_channel("edits")
    asked = house.world.mention(channel, "brain slowly")
    await house.world.until(lambda: channel in house.world.typing)
    house.world.edit(channel, asked)  # a link was looked up: that changes nothing
    house.world.edit(channel, asked, f"<@{house.world.app_id}> hello")
    await house.settle(channel)
    assert house.world.texts(channel) == ["heard hello", "heard settle"]


async def test_what_was_deleted_meanwhile_is_not_answered(house: House) -> None:
    channel = house.world.open_channel("deletions")
    one, two, three = (house.world.mention(channel, "brain slowly") for _ in range(3))
    await house.world.until(lambda: channel in house.world.typing)
    house.world.delete(channel, one)
    house.world.delete(channel, two, three)
    await house.settle(channel)
    assert house.world.texts(channel) == [*(f"deleted: {id_}" for id_ in (one, two, three)), "heard settle"]


async def test_reactions_and_memberships_become_events(house: House) -> None:
    world, channel = house.world, house.world.open_channel("events")
    asked = world.say(channel, "something")
    world.react(channel, asked, "👍")
    world.react(channel, asked, "👍", removed=True)
    world.react(channel, asked, "👎", person=world.other_bot)
    world.clear_reactions(channel, asked)
    await house.reads(channel, "reaction: +👍 - by 201", "reaction: + -👍 by 201", r"reaction: + -\* by")
    guild = world.join("Another garden")
    await house.reads(guild, f"joined {guild}")
    world.leave(guild)
