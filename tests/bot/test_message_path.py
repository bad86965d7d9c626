"""From what a person writes to what they read, through the real App on a real database."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest

from bot.answers import APOLOGY, EMPTY
from bot.app import App
from bot.dispatcher import SLOW_DOWN
from bot.errors import ModelUnavailableError, StoreUnavailableError
from bot.events import Author, ConversationRef, MessageReceived, PlatformEvent, ReplySent
from bot.plugin import Context, Plugin, Said, command, on
from bot.settings import LimitSettings, Settings
from bot.store.outcome import Outcome
from bot.store.store import Store
from bot.testing import FakeAdapter, FakeGenerator
from brain.reply import ReplyRequest, SpokenTurn


class TestPlugin(Plugin):
    """Waits, breaks and blocks on demand."""

    __test__ = False
    name = "probe"

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.thread_gate = threading.Event()
        self.heard: list[str] = []

    @on(MessageReceived)
    async def hear(self, ctx: Context, event: MessageReceived) -> Said:
        self.heard.append(event.text)
        if event.text.startswith("wait"):
            await self.gate.wait()
        if event.text.startswith("break"):
            raise ValueError(event.text)
        if event.text.startswith("number"):
            await asyncio.sleep(0)
        return None if event.text.startswith("brain") else f"heard {event.text}"

    @command("block", "Block the thread")
    def block(self, ctx: Context) -> str:
        self.thread_gate.wait(10)
        return "unblocked"

    @command("add", "Add two numbers")
    async def add(self, ctx: Context, first: int, second: int = 1) -> str:
        return str(first + second)

    @command("history", "Tell what was said")
    async def history(self, ctx: Context) -> str:
        return " / ".join(turn.text for turn in await ctx.history()) or "nothing"

    @command("forget", "Forget what was said")
    async def forget(self, ctx: Context) -> str:
        ctx.forget_conversation()
        return "forgotten"

    @command("fail", "Fail")
    async def fail(self, ctx: Context) -> str:
        raise RuntimeError("secret cause")

    @command("nonsense", "Return what can't be said")
    async def nonsense(self, ctx: Context) -> int:
        return 3

    @command("dirty", "Say what can't be sent")
    async def dirty(self, ctx: Context) -> str:
        return "a\0b\ud800"


class House:
    """An App with everything a test looks at."""

    def __init__(self, settings: Settings, network: FakeGenerator | None = None, adapter: FakeAdapter | None = None):
        self.network = network or FakeGenerator(lambda request: f"about {request.turns[-1].text}")
        self.plugin = TestPlugin()
        self.adapter = adapter or FakeAdapter(settings)
        self.app = App(settings, [self.adapter], [self.plugin], lambda _folder: self.network)

    async def __aenter__(self) -> House:
        await self.app.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.plugin.gate.set()
        self.plugin.thread_gate.set()
        await self.app.__aexit__(None, None, None)


def limits(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update={"limits": LimitSettings.model_validate(changes)})


async def counts(settings: Settings) -> dict[str, dict[str, int]]:
    store = await Store.open(settings.database)
    try:
        return await store.count_by_status()
    finally:
        await store.aclose()


def stored_bytes(settings: Settings) -> int:
    return sum(path.stat().st_size for path in settings.home.glob("familiar.db*"))


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


async def test_an_unknown_command_gets_one_helpful_line(settings: Settings) -> None:
    async with House(settings) as house:
        assert await house.adapter.ask("/ad 1") == "I don't know /ad. Did you mean /add?"
        assert await house.adapter.ask("/zzz") == "I don't know /zzz."


async def test_messages_of_a_conversation_are_answered_in_order_while_others_overtake(settings: Settings) -> None:
    async with House(settings) as house:
        first = await house.adapter.say("wait", conversation="slow")
        await house.adapter.say("number 1", conversation="slow")
        assert await house.adapter.ask("hello", conversation="fast", user="u2") == "heard hello"
        assert [sent.conversation.conversation_id for sent in house.adapter.arrived] == ["fast"]
        house.plugin.gate.set()
        assert await house.adapter.wait_for(2, first.conversation) == ["heard wait", "heard number 1"]


async def test_forty_conversations_at_once_keep_their_order(settings: Settings) -> None:
    async with House(limits(settings, per_user="1000 per minute")) as house:
        for number in range(400):
            await house.adapter.say(f"number {number}", conversation=f"c{number % 40}", user=f"u{number % 40}")
        await house.adapter.wait_for(400)
        for conversation in range(40):
            texts = await house.adapter.wait_for(10, ConversationRef("fake", f"c{conversation}"))
            assert texts == [f"heard number {number}" for number in range(conversation, 400, 40)]


async def test_twenty_slow_people_delay_nobody(settings: Settings) -> None:
    async with House(settings) as house:
        for number in range(20):
            await house.adapter.say("wait", conversation=f"slow {number}", user=f"slow {number}")
        assert await house.adapter.ask("hello") == "heard hello"


async def test_a_blocking_handler_runs_beside_the_loop(settings: Settings) -> None:
    async with House(settings) as house:
        event = await house.adapter.say("/block", conversation="blocked")
        assert await house.adapter.ask("hello") == "heard hello"
        house.plugin.thread_gate.set()
        assert await house.adapter.wait_for(1, event.conversation) == ["unblocked"]


@pytest.mark.parametrize("text", ["break my secret", "/fail", "/nonsense"])
async def test_a_failing_handler_is_told_without_its_cause_and_the_rest_goes_on(
    settings: Settings, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with House(settings) as house:
        assert await house.adapter.ask(text) == APOLOGY
        assert await house.adapter.ask("hello") == "heard hello"
    assert await counts(settings) == {"inbox": {"done": 1, "failed": 1}, "outbox": {"sent": 2}}


async def test_what_a_plugin_says_is_clean_before_it_is_stored_or_sent(settings: Settings) -> None:
    async with House(settings) as house:
        assert await house.adapter.ask("/dirty") == "ab\ufffd"


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


async def test_the_same_update_a_hundred_times_is_one_message(settings: Settings) -> None:
    async with House(settings) as house:
        event = house.adapter.make_event("hello")
        await asyncio.gather(*(house.adapter.receive(event) for _ in range(100)))
        await house.app.settle()
        assert [sent.reply.text for sent in house.adapter.arrived] == ["heard hello"]
    assert (await counts(settings))["inbox"] == {"done": 1}


async def test_a_locked_database_delays_an_answer_and_loses_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, failures = Store.save_outcome, [StoreUnavailableError("the database is locked")]

    async def save_outcome(store: Store, outcome: Outcome) -> None:
        if failures:
            raise failures.pop()
        await save(store, outcome)

    monkeypatch.setattr(Store, "save_outcome", save_outcome)
    async with House(settings) as house:
        assert await house.adapter.ask("hello") == "heard hello"
        assert house.plugin.heard == ["hello"]


async def test_what_could_not_be_stored_is_told_to_the_adapter_and_taken_when_it_comes_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, failures = Store.save_event, [StoreUnavailableError("the disk is full")]

    async def save_event(store: Store, event: PlatformEvent) -> int | None:
        if failures:
            raise failures.pop()
        return await save(store, event)

    monkeypatch.setattr(Store, "save_event", save_event)
    async with House(settings) as house:
        event = house.adapter.make_event("hello")
        with pytest.raises(StoreUnavailableError):
            await house.adapter.receive(event)
        await house.adapter.receive(event)
        assert await house.adapter.wait_for(1) == ["heard hello"]


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


async def test_the_network_gets_persona_and_what_was_said_before(settings: Settings) -> None:
    adapter, network = FakeAdapter(settings), FakeGenerator("Nice.")
    async with App(settings, [adapter], [], lambda _folder: network):
        await adapter.ask("I am Ann")
        await adapter.ask("elsewhere", conversation="c2")
        await adapter.ask("Who am I?")
    assert network.requests[-1] == ReplyRequest(
        turns=(SpokenTurn("user", "I am Ann"), SpokenTurn("bot", "Nice."), SpokenTurn("user", "Who am I?")),
        persona=settings.bot.persona,
    )


async def test_what_was_said_is_known_after_a_restart(settings: Settings) -> None:
    async with House(settings) as house:
        await house.adapter.ask("brain first")
    async with House(settings) as house:
        house.adapter.make_event("")  # the platform's ids go on
        assert await house.adapter.ask("/history") == "brain first / about brain first"


async def test_a_forgotten_conversation_is_used_no_more(settings: Settings) -> None:
    async with House(settings) as house:
        await house.adapter.ask("brain one")
        assert await house.adapter.ask("/history") == "brain one / about brain one"
        await house.adapter.ask("/forget")
        assert await house.adapter.ask("/history") == "nothing"
        await house.adapter.ask("brain two")
        assert [turn.text for turn in house.network.requests[-1].turns] == ["brain two"]
        assert await house.adapter.ask("/history") == "brain two / about brain two"


async def test_a_group_is_answered_only_when_it_speaks_to_the_bot(settings: Settings) -> None:
    adapter, network = FakeAdapter(settings), FakeGenerator("Yes?")
    async with App(settings, [adapter], [], lambda _folder: network) as app:
        said = adapter.make_event("hello")
        assert isinstance(said, MessageReceived)
        for number, mentions_me in enumerate([False, True]):
            await adapter.receive(
                MessageReceived(
                    at=said.at,
                    update_id=f"group {number}",
                    conversation=said.conversation,
                    author=said.author,
                    message_id=f"{number}",
                    text="hello",
                    mentions_me=mentions_me,
                )
            )
        await app.settle()
    assert [(sent.reply.text, sent.reply_to) for sent in adapter.arrived] == [("Yes?", "1")]


async def test_the_growing_reply_is_shown(settings: Settings) -> None:
    async with House(settings, FakeGenerator("one two three")) as house:
        await house.adapter.ask("brain storm")
    texts = [text for _, text in house.adapter.progress]
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


async def test_without_any_model_nothing_is_made_up_and_the_message_is_kept(settings: Settings) -> None:
    def load(_folder: Path) -> FakeGenerator:
        raise ModelUnavailableError("the model is damaged")

    adapter = FakeAdapter(settings)
    async with App(settings, [adapter], [], load) as app:
        await adapter.say("hello")
        await app.settle()
    assert adapter.arrived == []
    adapter = FakeAdapter(settings)
    async with App(settings, [adapter], [], lambda _folder: FakeGenerator("I see.")):
        assert await adapter.wait_for(1) == ["I see."]
