from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

import pytest
from pydantic import SecretStr

from adapters.telegram.adapter import TelegramAdapter
from bot.adapter import Adapter
from bot.settings import Settings, TelegramSettings
from bot.testing import AdapterContract
from tests.simulators.telegram import Telegram
from tests.simulators.telegram_state import ANA, TOKEN


class TestTelegramAdapter(AdapterContract):
    """The contract, on the simulated Telegram."""

    telegram: Telegram

    @pytest.fixture(autouse=True)
    async def serve(self) -> AsyncGenerator[None]:
        async with Telegram() as self.telegram:
            yield

    async def make_adapter(self) -> Adapter:
        telegram = TelegramSettings(token=SecretStr(TOKEN), base_url=f"{self.telegram.url}/bot")
        return TelegramAdapter(Settings(telegram=telegram))

    async def write(self, adapter: Adapter, text: str) -> None:
        self.telegram.world.say(ANA, text)

    def read(self, adapter: Adapter) -> Sequence[str]:
        return self.telegram.world.texts(ANA)
