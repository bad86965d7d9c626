"""What adapters note down for themselves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapter import AdapterState, FleetingState
from bot.app import App
from bot.settings import Settings
from bot.store.adapter_state import StoredState
from bot.store.store import Store
from bot.testing import FakeAdapter, FakeGenerator


class AdapterStateContract(ABC):
    @abstractmethod
    async def make_state(self) -> AdapterState: ...

    async def test_what_was_saved_last_is_loaded(self) -> None:
        state = await self.make_state()
        assert await state.load("read up to") is None
        for value in ("7", "", "8 👍"):
            await state.save("read up to", value)
            assert await state.load("read up to") == value
        assert await state.load("menu") is None


class TestFleetingState(AdapterStateContract):
    async def make_state(self) -> AdapterState:
        return FleetingState()


class TestStoredState(AdapterStateContract):
    @pytest.fixture(autouse=True)
    async def store(self, tmp_path: Path) -> AsyncIterator[Store]:
        self.opened = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'familiar.db'}")
        yield self.opened
        await self.opened.aclose()

    async def make_state(self) -> AdapterState:
        return StoredState(self.opened, "fake")


async def test_what_an_adapter_noted_down_is_there_at_the_next_start(settings: Settings) -> None:
    for expected in (None, "7"):
        adapter = FakeAdapter(settings)
        async with App(settings, [adapter], [], lambda _folder: FakeGenerator()):
            assert await adapter.state.load("read up to") == expected
            await adapter.state.save("read up to", "7")
