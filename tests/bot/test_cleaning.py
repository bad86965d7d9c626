from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cleaning import clean_event, clean_text
from bot.events import CommandInvoked, MessageReceived
from bot.testing import FakeAdapter


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("plain", "plain"),
        ("a\0b\0", "ab"),
        ("é\0", "é"),
        ("lone \ud83d half", "lone \ufffd half"),
        ("\udc00\ud800", "\ufffd\ufffd"),
        ("pair \ud83d\ude00", "pair 😀"),
        ("\ufeffkept", "\ufeffkept"),
        ("👩‍👩‍👧 ש\u200fל z̸̧͘", "👩‍👩‍👧 ש\u200fל z̸̧͘"),
    ],
)
def test_what_neither_databases_nor_platforms_take_is_cleaned(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


@given(st.text(st.characters(exclude_categories=())))
def test_clean_text_can_be_encoded_and_stays_as_it_is(text: str) -> None:
    clean = clean_text(text)
    clean.encode()
    assert "\0" not in clean
    assert clean_text(clean) == clean


def test_a_clean_event_is_passed_on_as_it_is() -> None:
    event = FakeAdapter().make_event("hello")
    assert clean_event(event, 100) is event


def test_every_text_of_an_event_is_cleaned() -> None:
    message = clean_event(FakeAdapter().make_event("a\0b", user="u\ud800"), 100)
    assert isinstance(message, MessageReceived)
    assert (message.text, message.author.name) == ("ab", "u\ufffd")
    command = clean_event(FakeAdapter().make_event("/do\0 it\ud800"), 100)
    assert isinstance(command, CommandInvoked)
    assert (command.name, command.arguments) == ("do", "it\ufffd")


def test_a_megabyte_is_cut_at_once_and_still_seen_to_be_too_long() -> None:
    event = FakeAdapter().make_event("\ud800" * 1_000_000)
    started = time.perf_counter()
    cut = clean_event(event, 4000)
    assert time.perf_counter() - started < 0.05
    assert isinstance(cut, MessageReceived)
    assert len(cut.text) == 4001
