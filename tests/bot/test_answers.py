"""Who answers what, through the real App."""

from __future__ import annotations

import pytest

from bot.events import ConversationRef, MessageReceived, ReplySent
from bot.plugin import Context, Plugin, command
from bot.settings import Settings
from bot.skills import APOLOGY
from bot.testing import FakeAdapter, FakeGenerator, PluginHarness
from tests.bot.house import House, counts


async def test_a_plugin_answers_before_the_network_is_asked(settings: Settings) -> None:
    async with House(settings) as house:
        assert await house.adapter.ask("hello") == "heard hello"
        assert await house.adapter.ask("brain storm") == "about brain storm"


async def test_a_command_gets_its_values_in_their_types(settings: Settings) -> None:
    async with House(settings) as house:
        assert await house.adapter.ask("/add 2 3") == "5"
        assert await house.adapter.ask("/add 2") == "3"


async def test_a_wrong_argument_is_answered_with_the_usage(settings: Settings) -> None:
    async with House(settings) as house:
        assert await house.adapter.ask("/add two") == (
            "first must be a whole number, not 'two'. Usage: /add <first> [second]"
        )


async def test_options_may_have_any_plain_name() -> None:
    class Library(Plugin):
        name = "library"

        @command("find", "Find something")
        async def find(self, ctx: Context, source: str, handler: str, context: str, pool: str) -> str:
            return " ".join((source, handler, context, pool))

    async with PluginHarness(Library()) as harness:
        assert await harness.say("/find these names are free") == "these names are free"


async def test_an_unknown_command_gets_one_helpful_line(settings: Settings) -> None:
    async with House(settings) as house:
        assert await house.adapter.ask("/ad 1") == "I don't know /ad. Did you mean /add?"
        assert await house.adapter.ask("/zzz") == "I don't know /zzz."


@pytest.mark.parametrize("text", ["break my secret", "/fail", "/exit", "/cancel", "/exhaust", "/nonsense"])
async def test_a_failing_handler_is_told_without_its_cause_and_the_rest_goes_on(
    settings: Settings, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with House(settings) as house:
        assert await house.adapter.ask(text) == APOLOGY
        assert await house.adapter.ask("hello") == "heard hello"
    assert await counts(settings) == {"inbox": {"done": 1, "failed": 1}, "outbox": {"sent": 2}}


async def test_the_growing_reply_is_shown(settings: Settings) -> None:
    async with House(settings, FakeGenerator("one two three")) as house:
        await house.adapter.ask("brain storm")
    texts = [text for _, text in house.adapter.progress if text is not None]
    assert texts[0] == ""
    assert all("one two three".startswith(text) for text in texts)


async def test_an_adapter_that_fails_to_show_progress_still_gets_the_reply(settings: Settings) -> None:
    class Clumsy(FakeAdapter):
        def show_progress(self, conversation: ConversationRef, text: str) -> None:
            raise RuntimeError("no screen")

    async with House(settings, adapter=Clumsy(settings)) as house:
        assert await house.adapter.ask("brain storm") == "about brain storm"


async def test_listeners_hear_of_messages_and_replies(settings: Settings) -> None:
    async with House(settings) as house:
        heard: list[object] = []

        async def listen(event: MessageReceived | ReplySent) -> None:
            heard.append(event)

        house.app.bus.subscribe(MessageReceived, listen)
        house.app.bus.subscribe(ReplySent, listen)
        event = await house.adapter.say("hello")
        await house.app.settle()
    [delivery] = house.adapter.arrived
    assert heard[0] == event
    assert isinstance(heard[1], ReplySent)
    assert (heard[1].reply_id, heard[1].message_id) == (delivery.nonce, f"m{delivery.nonce}")
