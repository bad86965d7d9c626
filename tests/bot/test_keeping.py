"""Nothing is lost and nothing is answered twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.app import App
from bot.errors import ModelUnavailableError, StoreUnavailableError
from bot.events import PlatformEvent
from bot.settings import Settings
from bot.store.outcome import Outcome
from bot.store.store import Store
from bot.testing import FakeAdapter, FakeGenerator
from tests.bot.house import House, counts


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
