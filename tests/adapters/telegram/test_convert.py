"""From updates to events, without a network. What people see of it is in test_conversations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Update

from adapters.telegram.convert import to_event
from adapters.telegram.places import Askers, Place, Press
from adapters.telegram.reading import Me
from bot.cleaning import clean_event
from bot.events import (
    ActionInvoked,
    Attachment,
    CommandInvoked,
    ConversationMigrated,
    ConversationRef,
    Delivery,
    MembershipChanged,
    MessageEdited,
    MessageReceived,
    PlatformEvent,
    ReactionChanged,
    Reply,
    ThreadCreated,
)
from bot.store.event_codec import decode, encode
from tests.cases import CASES
from tests.simulators.telegram_payloads import Json, find_entities, units
from tests.simulators.telegram_state import RIGHTS

ME = Me(4711, "familiar_bot")
NOW = datetime(2026, 1, 2, tzinfo=UTC)
ANA = {"id": 201, "is_bot": False, "first_name": "Ana", "last_name": "B"}
DIRECT: Json = {"id": 201, "type": "private", "first_name": "Ana"}
GROUP: Json = {"id": -5, "type": "supergroup", "title": "Friends"}


def read(kind: str, payload: Json) -> PlatformEvent | None:
    return to_event(Update.de_json({"update_id": 7, kind: payload}, None), ME, NOW)


def message(text: str = "", **about: Any) -> Json:
    said: Json = {"text": text, "entities": find_entities(text)} if text else {}
    return {"message_id": 3, "date": 1_700_000_000, "chat": DIRECT, "from": ANA, **said, **about}


def test_a_private_message() -> None:
    event = read("message", message("hello"))
    assert isinstance(event, MessageReceived)
    assert (event.update_id, event.message_id, event.text, event.is_direct) == ("7", "3", "hello", True)
    assert (str(event.conversation), str(event.author.ref), event.author.name) == (
        "telegram:201",
        "telegram:201",
        "Ana B",
    )
    assert (event.space, event.parent, event.reply_token) == (None, None, None)
    assert event.at == datetime.fromtimestamp(1_700_000_000, UTC)


def test_a_message_in_a_topic_belongs_to_its_forum_and_answers_nothing() -> None:
    begun = message(chat=GROUP, forum_topic_created={"name": "cats", "icon_color": 1})
    event = read(
        "message", message("hi", chat=GROUP, message_thread_id=9, is_topic_message=True, reply_to_message=begun)
    )
    assert isinstance(event, MessageReceived)
    assert (str(event.conversation), str(event.parent), event.space) == ("telegram:-5/9", "telegram:-5", "-5")
    assert event.reply_to is None


def test_replies_outside_forums_are_no_topics() -> None:
    event = read("message", message("hi", chat=GROUP, message_thread_id=9, reply_to_message=message("first")))
    assert isinstance(event, MessageReceived)
    assert (str(event.conversation), event.reply_to, event.replies_to_me) == ("telegram:-5", "3", False)


@pytest.mark.parametrize(
    ("text", "heard", "mentioned"),
    [
        ("@familiar_bot hello", "hello", True),
        ("  @Familiar_Bot: hello", "hello", True),
        ("hello @familiar_bot  ", "hello", True),
        ("@familiar_bot @familiar_bot hi", "hi", True),
        ("😀 @familiar_bot", "😀", True),
        ("😀 @familiar_bot 😀", "😀 @familiar_bot 😀", True),
        ("@familiar_bot2 hello", "@familiar_bot2 hello", False),
        ("@ana hello", "@ana hello", False),
        ("@familiar_bot", "", True),
    ],
)
def test_mentions_of_the_bot(text: str, heard: str, mentioned: bool) -> None:
    event = read("message", message(text, chat=GROUP))
    assert isinstance(event, MessageReceived)
    assert (event.text, event.mentions_me) == (heard, mentioned)


def test_a_mention_by_name_of_a_bot_without_one() -> None:
    entity = {
        "type": "text_mention",
        "offset": 0,
        "length": 8,
        "user": {"id": ME.id, "is_bot": True, "first_name": "F"},
    }
    event = read("message", message("Familiar hello", chat=GROUP, entities=[entity]))
    assert isinstance(event, MessageReceived)
    assert (event.text, event.mentions_me) == ("hello", True)


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("/help", "help", ""),
        ("/Add 1 2", "add", "1 2"),
        ("/model@familiar_bot status now", "model", "status now"),
        ("/say two\nlines", "say", "two\nlines"),
    ],
)
def test_commands(text: str, name: str, arguments: str) -> None:
    event = read("message", message(text, chat=GROUP))
    assert isinstance(event, CommandInvoked)
    assert (event.name, event.arguments, event.message_id) == (name, arguments, "3")


def test_commands_of_others_and_notices_are_nothing() -> None:
    assert read("message", message("/help@other_bot", chat=GROUP)) is None
    assert read("message", message(new_chat_title="Foes", chat=GROUP)) is None
    assert to_event(Update(7), ME, NOW) is None


def test_a_command_in_the_middle_is_text() -> None:
    event = read("message", message("say /help please"))
    assert isinstance(event, MessageReceived)


FILE: Json = {"file_id": "f", "file_unique_id": "f", "file_size": 4}


@pytest.mark.parametrize(
    ("about", "attachment"),
    [
        ({"document": FILE | {"file_name": "a.zip"}}, Attachment("document", "a.zip", 4)),
        ({"voice": FILE | {"duration": 1}}, Attachment("voice", "voice", 4)),
        ({"video_note": FILE | {"duration": 1, "length": 9}}, Attachment("video note", "video_note", 4)),
        ({"photo": [FILE | {"width": 1, "height": 1}]}, Attachment("photo", "photo.jpg", 4)),
        ({"location": {"longitude": 1.0, "latitude": 2.0}}, Attachment("location", "location")),
    ],
)
def test_attachments(about: Json, attachment: Attachment) -> None:
    event = read("message", message(caption="@familiar_bot look", **about) | {"caption_entities": []})
    assert isinstance(event, MessageReceived)
    assert event.attachments == (attachment,)
    assert event.text == "@familiar_bot look"


def test_an_edit() -> None:
    event = read("edited_message", message("now", edit_date=1_700_000_060))
    assert isinstance(event, MessageEdited)
    assert (event.message_id, event.text) == ("3", "now")
    assert event.edited_at == datetime.fromtimestamp(1_700_000_060, UTC)


def test_an_anonymous_administrator_is_not_taken_for_a_bot() -> None:
    nobody = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    event = read("message", message("hi", chat=GROUP, sender_chat=GROUP, **{"from": nobody}))
    assert event is not None
    assert (str(event.author.ref), event.author.is_bot, event.author.name) == ("telegram:-5", False, "Friends")


def test_reactions() -> None:
    kinds: list[Json] = [
        {"type": "emoji", "emoji": "👍"},
        {"type": "custom_emoji", "custom_emoji_id": "8"},
        {"type": "paid"},
    ]
    about: Json = {"chat": GROUP, "message_id": 3, "user": ANA, "date": 1_700_000_000}
    event = read("message_reaction", {**about, "old_reaction": kinds[:1], "new_reaction": kinds[1:]})
    assert isinstance(event, ReactionChanged)
    assert (event.message_id, event.added, event.removed) == ("3", ("custom:8", "paid"), ("👍",))


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("left", "member", "joined"),
        ("member", "kicked", "left"),
        ("kicked", "member", "joined"),
        ("member", "administrator", None),
    ],
)
def test_membership(old: str, new: str, change: str | None) -> None:
    bot = {"id": ME.id, "is_bot": True, "first_name": "F"}
    rights = dict.fromkeys(map(str, RIGHTS), False)
    more: dict[str, Json] = {"kicked": {"until_date": 0}, "administrator": rights}
    members = ({"status": status, "user": bot, **more.get(status, {})} for status in (old, new))
    about = dict(zip(("old_chat_member", "new_chat_member"), members, strict=True))
    event = read("my_chat_member", {"chat": GROUP, "from": ANA, "date": 1_700_000_000, **about})
    assert (event.change if isinstance(event, MembershipChanged) else event) == change


def test_both_tidings_of_a_migration_are_one_fact() -> None:
    old = read("message", message(chat={**GROUP, "id": -5, "type": "group"}, migrate_to_chat_id=-1005))
    new = read("message", message(chat={**GROUP, "id": -1005}, migrate_from_chat_id=-5))
    assert isinstance(old, ConversationMigrated)
    assert isinstance(new, ConversationMigrated)
    assert (old.update_id, str(old.old), str(old.conversation)) == (new.update_id, "telegram:-5", "telegram:-1005")


def test_a_new_topic() -> None:
    created = {"name": "cats", "icon_color": 1}
    event = read(
        "message", message(chat=GROUP, message_thread_id=9, is_topic_message=True, forum_topic_created=created)
    )
    assert isinstance(event, ThreadCreated)
    assert (str(event.conversation), str(event.parent)) == ("telegram:-5/9", "telegram:-5")


def test_a_press_carries_how_to_answer_it() -> None:
    query = {"id": "55", "from": ANA, "chat_instance": "1", "data": "yes", "message": message("Choose", chat=GROUP)}
    event = read("callback_query", query)
    assert isinstance(event, ActionInvoked)
    assert (event.payload, event.message_id, Press.read(event.reply_token)) == ("yes", "3", Press("55", 201))
    assert read("callback_query", {"id": "55", "from": ANA, "chat_instance": "1", "game_short_name": "g"}) is None


def test_who_asked_is_known_for_the_latest_messages_in_groups() -> None:
    askers, place = Askers(most=2), ConversationRef("telegram", "-5")
    for number in range(3):
        event = read("message", message(str(number), chat=GROUP, message_id=number))
        assert event
        askers.note(event)
    assert [askers.find(Delivery("1", place, Reply(""), str(number))) for number in range(3)] == [None, 201, 201]
    assert askers.find(Delivery("1", place, Reply(""), reply_token="55 8")) == 8


@given(st.integers(), st.none() | st.integers(1))
def test_places_are_read_as_they_are_written(chat: int, topic: int | None) -> None:
    assert Place.of(Place(chat, topic).conversation) == Place(chat, topic)


PIECES = st.sampled_from(
    ["@familiar_bot", "/help", "@ana", " ", "\n", "😀", "e\u0301", "\ud800", "\0", "```", "<b>", "x"]
)
TEXTS = st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join)
KINDS = st.sampled_from(["mention", "bot_command", "text_mention", "pre", "url", "unheard_of"])
ENTITIES = st.tuples(KINDS, st.integers(0, 60), st.integers(0, 60))


@settings(max_examples=CASES, deadline=None)
@given(TEXTS, st.lists(ENTITIES, max_size=4) | st.none(), st.booleans())
def test_whatever_is_written_can_be_read_and_stored(
    text: str, entities: list[tuple[str, int, int]] | None, in_group: bool
) -> None:
    about: Json = {}
    if entities is not None:
        about["entities"] = [dict(zip(("type", "offset", "length"), entity, strict=True)) for entity in entities]
    event = read("message", message(text, chat=GROUP if in_group else DIRECT, **about))
    if event is not None:
        event = clean_event(event, 4000)
        assert decode(*encode(event)) == event


@settings(max_examples=CASES // 2, deadline=None)
@given(TEXTS.filter(lambda text: "@familiar_bot" not in text and not text.startswith("/")), st.booleans())
def test_taking_a_mention_out_leaves_the_rest_as_it_was(text: str, first: bool) -> None:
    said = f"@familiar_bot {text}" if first else f"{text} @familiar_bot"
    offset = 0 if first else units(text) + 1
    event = read("message", message(said, chat=GROUP, entities=[{"type": "mention", "offset": offset, "length": 13}]))
    assert isinstance(event, MessageReceived)
    assert event.mentions_me
    assert event.text == (text.lstrip(",:;!. \n\t") if first else text).strip()
