from __future__ import annotations

from typing import Any

import pytest

from bot.addressing import Names, heard_text, speaks_in
from bot.events import ConversationRef, MessageReceived
from bot.settings import SpaceSettings
from bot.testing import FakeAdapter

NAMES = Names(["rex", "Big Rex", "小明"])
USUAL = SpaceSettings()
ACTIVE = SpaceSettings(mode="active")
ONE_PLACE = SpaceSettings(conversations=("c1",))


def message(text: str, **about: Any) -> MessageReceived:
    event = FakeAdapter().make_event(text, **{"space": "s1", **about})
    assert isinstance(event, MessageReceived)
    return event


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("rex, what is up?", "what is up?"),
        ("REX what is up?", "what is up?"),
        ("  @rex: what is up?", "what is up?"),
        ("big rex, what is up?", "what is up?"),
        ("what do you think, Rex?", "what do you think?"),
        ("what do you think @rex", "what do you think"),
        ("good night, rex!!", "good night!!"),
        ("小明，你好吗？", "你好吗？"),
        ("你好，小明", "你好"),
        ("rex", ""),
        ("@Rex?", ""),
        ("rex\nwhat is up?", "what is up?"),
    ],
)
def test_a_name_at_the_start_or_the_end_is_taken_out(said: str, heard: str) -> None:
    assert NAMES.take_out(said) == heard


@pytest.mark.parametrize(
    "said",
    [
        "",
        "hello",
        "rexona is a brand",
        "T-rex",
        "rex's bone is gone",
        "rex-like",
        "I saw rex yesterday",
        "annrex",
        "mail@rex",
        "小明你好",
        "so it is, rex said",
    ],
)
def test_a_part_of_a_word_or_a_name_in_the_middle_is_no_address(said: str) -> None:
    assert NAMES.take_out(said) is None


def test_without_names_there_is_nothing_to_take_out() -> None:
    assert Names([]).take_out(", hello") is None


@pytest.mark.parametrize(
    ("about", "space", "heard"),
    [
        ({"space": None}, USUAL, "hello"),
        ({"space": None}, ONE_PLACE, "hello"),
        ({}, USUAL, None),
        ({"mentions_me": True}, USUAL, "hello"),
        ({"replies_to_me": True}, USUAL, "hello"),
        ({"reply_to": "m7"}, USUAL, None),
        ({}, ACTIVE, "hello"),
        ({}, ONE_PLACE, None),
        ({"mentions_me": True}, ONE_PLACE, "hello"),
        ({"mentions_me": True, "conversation": "c2"}, ONE_PLACE, None),
        ({"conversation": "c2"}, SpaceSettings(mode="active", conversations=("c1",)), None),
        ({"conversation": "c2", "parent": ConversationRef("fake", "c1")}, ACTIVE, "hello"),
    ],
)
def test_it_hears_what_is_said_to_it_where_it_may_speak(
    about: dict[str, Any], space: SpaceSettings, heard: str | None
) -> None:
    assert heard_text(message("hello", **about), space, NAMES) == heard


def test_a_name_is_taken_out_of_what_is_said_in_groups_only() -> None:
    assert heard_text(message("rex, hello"), USUAL, NAMES) == "hello"
    assert heard_text(message("rex, hello", mentions_me=True), ACTIVE, NAMES) == "hello"
    assert heard_text(message("rex, hello", space=None), USUAL, NAMES) == "rex, hello"
    assert heard_text(message("rex, hello", conversation="c2"), ONE_PLACE, NAMES) is None


def test_a_thread_belongs_to_what_it_branched_off_from() -> None:
    assert speaks_in(message("hello", conversation="t1", parent=ConversationRef("fake", "c1")), ONE_PLACE)
    assert not speaks_in(message("hello", conversation="t1", parent=ConversationRef("fake", "c2")), ONE_PLACE)
