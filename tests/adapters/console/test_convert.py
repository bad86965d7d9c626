from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.convert import Line, to_event, to_one_line, to_screen, trim
from bot.events import CommandInvoked, ConversationRef, MessageReceived, PlatformEvent

HERE = ConversationRef("console", "a1")
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def read(text: str, number: int = 1) -> PlatformEvent:
    return to_event(Line(text, HERE, number, NOW))


def test_text_is_a_direct_message_of_the_local_person() -> None:
    event = read("  hello there \r")
    assert isinstance(event, MessageReceived)
    assert (event.text, event.is_direct, event.at) == ("hello there", True, NOW)
    assert str(event.author.ref) == "console:local"


@pytest.mark.parametrize(
    ("typed", "name", "arguments"),
    [
        ("/help", "help", ""),
        ("/Roll 6 dice ", "roll", "6 dice"),
        ("/say-it line one\nline two", "say-it", "line one\nline two"),
        ("/roll\t6", "roll", "6"),
    ],
)
def test_a_slash_and_a_name_is_a_command(typed: str, name: str, arguments: str) -> None:
    event = read(typed)
    assert isinstance(event, CommandInvoked)
    assert (event.name, event.arguments) == (name, arguments)


@pytest.mark.parametrize("typed", ["/", "//", "/ help", "/6", "/usr/bin is a folder", "1/2", "", "🦊 /help"])
def test_anything_else_with_a_slash_is_a_message(typed: str) -> None:
    assert isinstance(read(typed), MessageReceived)


def test_ids_are_unique_within_a_run() -> None:
    assert len({read("same", number).update_id for number in range(100)}) == 100


def test_a_line_of_nuls_and_blanks_is_empty() -> None:
    assert trim(" \0\t\0\r\n") == ""


def test_escape_sequences_in_a_reply_are_shown_harmless() -> None:
    assert to_screen("\x1b[31mred\x1b]0;title\x07 \x9b2J \x7f") == "␛[31mred␛]0;title␇ \ufffd2J ␡"


def test_a_reply_keeps_its_lines_on_a_screen_and_is_one_line_in_a_pipe() -> None:
    assert to_screen("one\n\ttwo") == "one\n\ttwo"
    assert to_one_line("one \r\n\n  two\u2028three\x85four\n") == "one two three four"


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_every_text_becomes_an_event_and_every_reply_one_encodable_line(text: str) -> None:
    assert isinstance(read(text), MessageReceived | CommandInvoked)
    line = to_one_line(text)
    assert len(line.splitlines()) <= 1
    line.encode()
    assert not any(ord(character) < 0x20 and character != "\t" for character in to_screen(text).replace("\n", ""))
