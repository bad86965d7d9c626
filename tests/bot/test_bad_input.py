"""Whatever is written, the answer is polite and nothing breaks."""

from __future__ import annotations

import time

import pytest

from bot.answers import EMPTY
from bot.app import App
from bot.events import Author, MessageReceived
from bot.settings import Settings
from bot.testing import FakeAdapter, FakeGenerator
from tests.bot.house import House, counts, limits, stored_bytes


async def test_what_a_plugin_says_is_clean_before_it_is_stored_or_sent(settings: Settings) -> None:
    async with House(settings) as house:
        assert await house.adapter.ask("/dirty") == "ab\ufffd"


async def test_other_bots_are_not_answered(settings: Settings) -> None:
    async with House(settings) as house:
        event = house.adapter.make_event("hello")
        robot = Author(event.author.ref, "robot", is_bot=True)
        await house.adapter.receive(
            MessageReceived(
                at=event.at, update_id="1", conversation=event.conversation, author=robot, message_id="1", text="hi"
            )
        )
        await house.app.settle()
        assert house.adapter.arrived == []
    assert (await counts(settings))["inbox"] == {}


async def test_a_megabyte_is_refused_before_anything_reads_it(settings: Settings) -> None:
    async with House(settings) as house:
        started = time.perf_counter()
        answer = await house.adapter.ask("x" * 1_000_000)
        assert time.perf_counter() - started < 0.5  # the host's part is a few milliseconds; machines are busy
        assert answer == "That is more than I can read at once. Please keep it under 4,000 characters."
        assert await house.adapter.ask("/add " + "1" * 1_000_000) == answer
        assert house.plugin.heard == []
    assert stored_bytes(settings) < 900_000


async def test_a_message_of_exactly_the_allowed_length_is_read(settings: Settings) -> None:
    async with House(limits(settings, message_length=5)) as house:
        assert await house.adapter.ask("12345") == "heard 12345"
        assert "too long" not in await house.adapter.ask("123456")
        assert house.plugin.heard == ["12345"]


async def test_nul_and_lone_surrogates_are_cleaned_at_the_edge(settings: Settings) -> None:
    async with House(settings) as house:
        assert await house.adapter.ask("a\0b\ud800c") == "heard ab\ufffdc"


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
async def test_an_empty_message_gets_a_polite_word(settings: Settings, text: str) -> None:
    adapter = FakeAdapter(settings)
    async with App(settings, [adapter], [], lambda _folder: FakeGenerator()):
        assert await adapter.ask(text) == EMPTY
