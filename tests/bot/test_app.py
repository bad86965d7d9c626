from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from bot.app import App
from bot.commands import Command
from bot.errors import ExtensionError, HomeInUseError, HomeUnusableError, ModelUnavailableError, StoreCorruptError
from bot.events import Delivery, MessageReceived, ModelReloaded, PlatformEvent, Reply
from bot.plugin import Context, Plugin, Said, command, on
from bot.settings import LimitSettings, Settings
from bot.store.ids import new_id
from bot.store.outcome import Outcome
from bot.store.store import Store
from bot.testing import FakeAdapter, FakeGenerator
from brain.errors import CheckpointError


class Slow(Plugin):
    """Answers when the test opens the gate."""

    name = "slow"

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.begun = asyncio.Event()
        self.closed = False

    @on(MessageReceived)
    async def hear(self, ctx: Context, event: MessageReceived) -> Said:
        self.begun.set()
        await self.gate.wait()
        return f"heard {event.text}"

    @command("slow", "Take its time")
    async def slow(self, ctx: Context) -> str:
        return "slow"

    async def aclose(self) -> None:
        self.closed = True


def app(settings: Settings, *adapters: FakeAdapter, plugins: list[Plugin] | None = None, **more: bool) -> App:
    return App(settings, adapters, plugins or [], lambda _folder: FakeGenerator("I see."), **more)


async def store_events(settings: Settings, *events: PlatformEvent) -> list[int]:
    """Leave events in the inbox as a process does that was killed right after it stored them."""
    store = await Store.open(settings.database)
    ids = [await store.save_event(event) for event in events]
    await store.aclose()
    return [id_ for id_ in ids if id_ is not None]


async def test_it_runs_until_every_adapter_has_come_to_its_end(settings: Settings) -> None:
    adapter = FakeAdapter(settings)
    running = asyncio.create_task(app(settings, adapter).run())
    assert await adapter.ask("hello") == "I see."
    await adapter.aclose()
    await asyncio.wait_for(running, 10)


async def test_what_was_begun_is_finished_and_sent_before_it_ends(settings: Settings) -> None:
    adapter, slow = FakeAdapter(settings), Slow()
    running_app = app(settings, adapter, plugins=[slow])
    running = asyncio.create_task(running_app.run())
    await adapter.say("hello")
    await slow.begun.wait()
    running_app.stop()
    await asyncio.sleep(0)
    slow.gate.set()
    await asyncio.wait_for(running, 10)
    assert [sent.reply.text for sent in adapter.arrived] == ["heard hello"]
    assert slow.closed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_in_good_order(settings: Settings, number: signal.Signals) -> None:
    adapter = FakeAdapter(settings)
    running = asyncio.create_task(app(settings, adapter).run())
    assert await adapter.ask("hello") == "I see."
    os.kill(os.getpid(), number)
    await asyncio.wait_for(running, 10)


async def test_a_second_signal_does_not_wait_for_what_was_begun(settings: Settings) -> None:
    adapter, slow = FakeAdapter(settings), Slow()
    running = asyncio.create_task(app(settings, adapter, plugins=[slow]).run())
    await adapter.say("hello")
    await slow.begun.wait()
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 10)
    assert adapter.arrived == []


async def test_what_can_not_be_finished_in_time_is_answered_at_the_next_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.app.DRAIN_SECONDS", 0.01)
    adapter, slow = FakeAdapter(settings), Slow()
    async with app(settings, adapter, plugins=[slow]):
        await adapter.say("first")
        await adapter.say("second")
        await slow.begun.wait()
    assert adapter.arrived == []
    adapter = FakeAdapter(settings)
    async with app(settings, adapter):
        assert await adapter.wait_for(2) == ["I see.", "I see."]


async def test_what_was_stored_before_a_kill_is_answered_in_order_before_anything_new(settings: Settings) -> None:
    adapter = FakeAdapter(settings)
    await store_events(settings, *(adapter.make_event(f"old {number}") for number in range(100)))
    network = FakeGenerator(lambda request: request.turns[-1].text)
    tight = settings.model_copy(update={"limits": LimitSettings(waiting_per_conversation=5, per_user="3 per minute")})
    async with App(tight, [adapter], [], lambda _folder: network):
        await adapter.wait_for(100)
        await adapter.say("new")
        assert await adapter.wait_for(101) == [*(f"old {number}" for number in range(100)), "new"]


async def test_a_conversation_that_ended_with_its_process_is_not_taken_up(settings: Settings) -> None:
    adapter = FakeAdapter(settings, outlives_process=False)
    await store_events(settings, adapter.make_event("old"))
    async with app(settings, adapter) as running:
        assert await adapter.ask("new") == "I see."
        await running.settle()
    assert len(adapter.arrived) == 1


async def test_an_answer_that_was_committed_is_sent_and_not_made_again(settings: Settings) -> None:
    adapter = FakeAdapter(settings, deduplicates_sends=False)
    event = adapter.make_event("hello")
    [inbox_id] = await store_events(settings, event)
    store = await Store.open(settings.database)
    delivery = Delivery(str(new_id()), event.conversation, Reply("made before"))
    await store.save_outcome(Outcome(inbox_id=inbox_id, event=event, status="done", delivery=delivery))
    await store.aclose()
    async with app(settings, adapter) as running:
        await adapter.wait_for(1)
        await running.settle()
    assert adapter.arrived == [delivery]


async def test_a_model_that_does_not_load_ends_it_with_the_reason(settings: Settings) -> None:
    def load(_folder: Path) -> FakeGenerator:
        raise CheckpointError("weights.safetensors is damaged")

    running = App(settings, [FakeAdapter(settings)], [], load).run()
    with pytest.raises(ModelUnavailableError, match=r"weights\.safetensors is damaged"):
        await asyncio.wait_for(running, 10)


async def test_two_exclusive_ones_do_not_share_a_home(settings: Settings) -> None:
    async with app(settings, FakeAdapter(settings), exclusive=True):
        with pytest.raises(HomeInUseError, match="already serves"):
            await app(settings, FakeAdapter(settings), exclusive=True).__aenter__()
        async with app(settings, FakeAdapter(settings, outlives_process=False)):
            pass
    async with app(settings, FakeAdapter(settings), exclusive=True):
        pass


async def test_a_home_that_can_not_be_made_is_named(settings: Settings) -> None:
    (settings.home / "file").write_text("")
    elsewhere = settings.model_copy(update={"home": settings.home / "file" / "home"})
    with pytest.raises(HomeUnusableError, match="can't write to"):
        await app(elsewhere, FakeAdapter(settings)).__aenter__()


async def test_a_damaged_database_is_named_and_left_as_it_is(settings: Settings) -> None:
    database = settings.home / "familiar.db"
    database.write_bytes(b"no database")
    with pytest.raises(StoreCorruptError, match="restore"):
        await app(settings, FakeAdapter(settings), exclusive=True).__aenter__()
    assert database.read_bytes() == b"no database"
    database.unlink()
    async with app(settings, FakeAdapter(settings), exclusive=True):  # the lock was let go of
        pass


async def test_adapters_learn_the_commands_before_they_start(settings: Settings) -> None:
    class Menu(FakeAdapter):
        offered: tuple[Command, ...] = ()

        async def sync_commands(self, commands: object) -> None:
            assert isinstance(commands, tuple)
            self.offered = commands

    adapter = Menu(settings)
    async with app(settings, adapter, plugins=[Slow()]):
        await adapter.say("/slow")
    assert adapter.offered == (Command("slow", "Take its time"),)


async def test_listeners_hear_which_model_speaks(settings: Settings) -> None:
    heard: list[ModelReloaded] = []

    async def listen(event: ModelReloaded) -> None:
        heard.append(event)

    running = app(settings, FakeAdapter(settings))
    running.bus.subscribe(ModelReloaded, listen)
    async with running:
        await running.model.wait_until_loaded()
        await running.settle()
    assert [(event.version, event.previous) for event in heard] == [(settings.home.name, None)]


def test_a_plugin_that_does_not_fit_keeps_it_from_being_made(settings: Settings) -> None:
    with pytest.raises(ExtensionError, match="two plugins are named slow"):
        app(settings, plugins=[Slow(), Slow()])
