"""Who answers what, through the real App."""

from __future__ import annotations

from typing import Any

import pytest

from bot.app import App
from bot.events import (
    Author,
    ConversationRef,
    MembershipChanged,
    MessageReceived,
    PlatformEvent,
    ReactionChanged,
    ReplySent,
    ThreadCreated,
)
from bot.plugin import Context, Plugin, Said, command, on
from bot.settings import Settings
from bot.skills import APOLOGY
from bot.testing import FakeAdapter, FakeGenerator, PluginHarness
from brain.reply import ReplyRequest
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


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/modle", "/model status or /model swap"),
        ("/modle status", "/model status"),
        ("/model stauts", None),
        ("/Modle swp now", "/model swap"),
        ("/hepl status", "/help"),
    ],
)
async def test_a_typo_in_either_word_of_a_command_finds_what_was_meant(typed: str, meant: str | None) -> None:
    class Models(Plugin):
        name = "models"

        @command("model status", "Tell which model speaks")
        async def status(self, ctx: Context) -> None: ...

        @command("model swap", "Have another speak")
        async def swap(self, ctx: Context) -> None: ...

        @command("help", "Help")
        async def help(self, ctx: Context) -> None: ...

    async with PluginHarness(Models()) as harness:
        said = await harness.say(typed)
    name = typed.split()[0]
    assert said == (f"I don't know {name}. Did you mean {meant}?" if meant else "Write /model status or /model swap")


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


async def test_plugins_and_listeners_hear_of_reactions_memberships_and_threads(settings: Settings) -> None:
    class Watcher(Plugin):
        name = "watcher"

        def __init__(self) -> None:
            self.heard: list[PlatformEvent] = []

        @on(PlatformEvent)
        async def watch(self, ctx: Context, event: PlatformEvent) -> Said:
            self.heard.append(event)
            return "Welcome!" if isinstance(event, ThreadCreated) else None

    adapter, watcher = FakeAdapter(settings), Watcher()
    said = adapter.make_event("hello", space="s1")
    place: dict[str, Any] = {"at": said.at, "conversation": said.conversation, "space": "s1"}
    somebody: dict[str, Any] = {**place, "author": said.author}
    nobody: dict[str, Any] = {**place, "author": Author.unknown("fake")}
    facts = [
        ReactionChanged(**somebody, update_id="r", message_id="m1", added=("👍",)),
        MembershipChanged(**nobody, update_id="m", change="joined"),
        ThreadCreated(**nobody, update_id="t", parent=said.conversation),
    ]
    listened: list[PlatformEvent] = []

    async def listen(event: PlatformEvent) -> None:
        listened.append(event)

    async with App(settings, [adapter], [watcher], lambda _folder: FakeGenerator()) as app:
        app.bus.subscribe(PlatformEvent, listen)
        for fact in facts:
            await adapter.receive(fact)
        await app.settle()
    assert watcher.heard == listened == facts
    assert [sent.reply.text for sent in adapter.arrived] == ["Welcome!"]
    assert await counts(settings) == {"inbox": {"done": 3}, "outbox": {"sent": 1}}


async def test_progress_ends_with_the_thinking_whatever_comes_of_it(settings: Settings) -> None:
    def stumble(_request: ReplyRequest) -> str:
        raise RuntimeError("out of memory")

    for words in ("I see.", stumble):
        adapter = FakeAdapter(settings)
        async with App(settings, [adapter], [], lambda _folder, words=words: FakeGenerator(words)) as app:
            said = await adapter.say("hello", update_id=str(words))
            await app.settle()
        here = [text for conversation, text in adapter.progress if conversation == said.conversation]
        assert (here[:1], here[-1:]) == ([""], [None])
