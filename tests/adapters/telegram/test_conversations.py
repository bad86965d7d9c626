"""Familiar in its own process on a simulated Telegram: what people write, and what they read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.probe import LONG
from tests.adapters.telegram.conftest import House
from tests.simulators.telegram_payloads import units, user
from tests.simulators.telegram_state import ME, USERNAME

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHOTO = [{"file_id": "p", "file_unique_id": "p", "width": 9, "height": 9, "file_size": 3}]
FILE: dict[str, Any] = {"file_id": "f", "file_unique_id": "f", "file_name": "a.zip", "file_size": 4}
ID = {"file_id": "s", "file_unique_id": "s"}
STICKER: dict[str, Any] = ID | {"width": 9, "height": 9, "type": "regular", "is_animated": False, "is_video": False}


async def test_a_private_message_is_answered_as_a_reply_to_it(house: House) -> None:
    person = house.person()
    asked = house.world.say(person, "hello", user=person)
    await house.reads(person, "heard hello")
    assert house.world.said(person)[0]["reply_to_message"]["message_id"] == asked


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        (f"@{USERNAME} hello", "heard hello"),
        (f"@{USERNAME.upper()}, hello", "heard hello"),
        (f"hello @{USERNAME}", "heard hello"),
        (f"hello @{USERNAME} there", f"heard hello @\u2060{USERNAME} there"),
        (f"@{USERNAME}", "heard"),
        (f"/ping@{USERNAME}", "pong @\u2060everyone <@\u2060202>"),
        ("/ping", "pong @\u2060everyone <@\u2060202>"),
        (f"/ADD@{USERNAME} 1 2", "3.0"),
        ("/add 1", "1.5"),
    ],
)
async def test_in_a_group_it_answers_when_it_is_addressed(house: House, said: str, answered: str) -> None:
    group = house.group()
    house.world.say(group, said)
    await house.reads(group, answered)


async def test_a_reply_to_the_bot_is_answered_without_a_mention(house: House) -> None:
    group = house.group()
    house.mention(group, "hello")
    await house.reads(group, "heard hello")
    house.world.say(group, "and now?", reply_to=house.world.said(group)[0]["message_id"])
    await house.reads(group, "heard hello", "heard and now?")


async def test_what_is_not_addressed_to_it_is_left_alone_even_where_it_reads_everything(house: House) -> None:
    group = house.group(status="administrator")
    bot = user(301, "other_bot", bot=True)
    for sender, text in ((bot, f"@{USERNAME} from a bot"), (house.world.me, f"@{USERNAME} from itself")):
        house.world.push("message", house.world.make_message(group, text, ME) | {"from": sender})
    house.world.say(group, "nobody in particular")
    house.world.say(group, "/ping@other_bot")
    house.world.say(group, "", new_chat_title="Foes")
    house.world.chats[group].messages.clear()
    await house.settle(group)
    assert house.world.texts(group) == ["heard settle"]


async def test_the_same_update_a_hundred_times_is_answered_once(house: House) -> None:
    person = house.person()
    house.world.say(person, "hello", user=person)
    house.world.repeat(99)
    await house.settle(person)
    assert house.world.texts(person) == ["heard hello", "heard settle"]


async def test_fault_03_updates_that_come_in_disorder_are_answered_in_the_order_of_their_ids(house: House) -> None:
    person = house.person()
    for number in range(3):
        house.world.say(person, str(number), user=person)
    house.world.updates.reverse()
    await house.reads(person, *(f"heard {number}" for number in range(3)))


async def test_a_conversation_keeps_its_order_while_another_goes_on(house: House) -> None:
    slow, fast = house.person(), house.person()
    for text in ("wait", "1", "2"):
        house.world.say(slow, text, user=slow)
    house.world.say(fast, "hello", user=fast)
    await house.reads(fast, "heard hello")
    assert house.world.texts(slow) == []
    await house.release()
    await house.reads(slow, "heard wait", "heard 1", "heard 2")


async def test_a_long_reply_is_split_and_its_code_closed_and_opened_again(house: House) -> None:
    person = house.person()
    asked = house.world.say(person, "long", user=person)
    await house.settle(person)
    parts = house.world.said(person)[:-1]
    assert len(parts) > 1
    assert all(units(part["text"]) <= 4096 and part["text"].count("```") % 2 == 0 for part in parts)
    assert [part.get("reply_to_message", {}).get("message_id") for part in parts] == [asked, *[None] * len(parts[1:])]
    lines = [line for part in parts for line in part["text"].splitlines() if not line.startswith("```")]
    assert lines == [line for line in LONG.splitlines() if not line.startswith("```")]


async def test_characters_that_count_double_are_split_in_time_and_not_torn(house: House) -> None:
    person = house.person()
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
    house.world.say(person, family * 600, user=person)
    await house.settle(person)
    parts = [text.removeprefix("heard ") for text in house.world.texts(person)[:-1]]
    assert len(parts) == 2
    assert all(units(part) <= 4096 and part.count(family) * len(family) == len(part) for part in parts)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("**bold** _it_ `code` ~x~ \\*", "heard **bold** _it_ `code` ~x~ \\*"),
        ("[safe](https://evil.example/a_b)", "heard [safe](https://evil.example/a_b)"),
        ("<b>&amp;</b> <a href='tg://user?id=201'>you</a>", "heard <b>&amp;</b> <a href='tg://user?id=201'>you</a>"),
        ("nul\0 and \ud800 alone", "heard nul and \ufffd alone"),
        ("e\u0301\u200d\U0001f469 \u202eabc", "heard e\u0301\u200d\U0001f469 \u202eabc"),
        ("@ana, @ben_1: me@example.org", "heard @\u2060ana, @\u2060ben_1: me@example.org"),
        ("https://example.org/@ana", "heard https://example.org/@ana"),
    ],
    ids=["markdown", "link", "html", "surrogate", "zero-width", "pings", "address"],
)
async def test_text_is_shown_as_it_is_and_nobody_is_pinged(house: House, said: str, shown: str) -> None:
    person = house.person()
    house.world.say(person, said, user=person)
    await house.reads(person, shown)
    assert "parse_mode" not in house.world.requests("sendMessage")[-1].parameters


@pytest.mark.parametrize(
    ("text", "about", "answered"),
    [
        ("", {"photo": PHOTO}, "photo photo.jpg 3"),
        ("", {"photo": PHOTO, "caption": "look"}, "photo photo.jpg 3"),
        ("", {"document": FILE}, "document a.zip 4"),
        ("", {"sticker": STICKER | {"emoji": "🙂", "file_size": 5}}, "sticker 🙂 5"),
        ("", {"dice": {"emoji": "🎲", "value": 3}}, "dice dice None"),
        ("x" * 4001, {}, "That is more than I can read at once. Please keep it under 4,000 characters."),
    ],
    ids=["photo", "photo with caption", "document", "sticker", "dice", "oversized"],
)
async def test_what_comes_with_or_without_text(house: House, text: str, about: Any, answered: str) -> None:
    person = house.person()
    house.world.say(person, text, user=person, **about)
    await house.reads(person, answered)


async def test_a_question_that_is_edited_meanwhile_is_answered_as_it_reads_now(house: House) -> None:
    person = house.person()
    asked = house.world.say(person, "wait", user=person)
    await house.settle_updates()
    house.world.edit(person, asked, "something else")
    await house.settle_updates()
    await house.release()
    await house.reads(person, "heard something else")


async def test_a_reply_goes_out_although_what_it_answers_is_gone(house: House) -> None:
    person = house.person()
    asked = house.world.say(person, "wait", user=person)
    await house.settle_updates()
    house.world.delete(person, asked)
    await house.release()
    await house.reads(person, "heard wait")
    assert "reply_to_message" not in house.world.said(person)[0]


async def test_a_topic_is_answered_in_the_topic(house: House) -> None:
    forum = house.group(type="supergroup", forum=True)
    topic = house.world.open_topic(forum, "cats")
    await house.reads(forum, f"thread of telegram:{forum}", topic=topic)
    house.mention(forum, "hello", topic=topic)
    await house.reads(forum, f"thread of telegram:{forum}", "heard hello", topic=topic)
    assert len(house.world.said(forum)) == 2


async def test_a_group_that_moves_is_answered_at_its_new_place(house: House) -> None:
    group = house.group()
    house.mention(group, "wait")
    await house.settle_updates()
    new = house.world.migrate(group)
    await house.settle_updates()
    await house.release()
    await house.reads(new, "heard wait")
    house.mention(new, "hello")
    await house.reads(new, "heard wait", "heard hello")
    assert house.world.texts(group) == []


async def test_a_group_that_moved_without_a_word_is_found_by_the_refusal(house: House) -> None:
    group = house.group()
    house.mention(group, "wait")
    await house.settle_updates()
    new = house.world.migrate(group, tell=False)
    await house.release()
    await house.reads(new, "heard wait")
    assert "reply_to_message" not in house.world.said(new)[0]


async def test_reactions_are_seen_where_the_bot_may_see_them(house: House) -> None:
    group, person = house.group(status="administrator"), house.person()
    asked = house.mention(group, "hello")
    await house.reads(group, "heard hello")
    house.world.react(group, asked, "👍", "🔥", user=person)
    await house.reads(group, "heard hello", f"reaction: +👍,🔥 - by {person}")
    house.world.react(group, asked, "🔥", user=person)
    await house.reads(group, "heard hello", f"reaction: +👍,🔥 - by {person}", f"reaction: + -👍 by {person}")


async def test_being_added_to_a_group_is_noticed(house: House) -> None:
    group = house.group(status="left")
    house.world.set_bot_status(group, "member")
    await house.reads(group, f"joined {group}")


async def test_a_channel_post_that_mentions_it_is_answered(house: House) -> None:
    channel = house.group(type="channel", status="administrator")
    house.mention(channel, "hello")
    await house.world.until(lambda: house.world.requests("sendMessage")[-1].parameters["chat_id"] == str(channel))
    assert house.world.requests("sendMessage")[-1].parameters["text"] == "heard hello"
