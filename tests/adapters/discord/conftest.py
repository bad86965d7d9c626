from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.adapters.product import WITH_FAKES, Product
from tests.simulators.discord import Discord


class House:
    """Discord and a Familiar that serves it."""

    def __init__(self, discord: Discord, product: Product) -> None:
        self.discord = discord
        self.world = discord.world
        self.gateway = discord.gateway
        self.product = product

    async def reads(self, channel: int, *texts: str) -> None:
        """Wait until the bot has said as many things in a channel, and compare."""
        await self.world.until(lambda: len(self.world.texts(channel)) >= len(texts))
        assert self.world.texts(channel) == list(texts)

    async def settle(self, channel: int) -> None:
        """Wait until all that was said in a channel before is answered: the bot answers in order."""
        before = len(self.world.texts(channel))
        self.world.mention(channel, "settle")
        await self.world.until(lambda: "heard settle" in self.world.texts(channel)[before:])


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with (
        Discord() as discord,
        Product(tmp_path_factory.mktemp("home"), discord, command=WITH_FAKES, FAMILIAR_ADMINS="discord:202") as product,
    ):
        yield House(discord, product)
        assert discord.world.token not in product.log
        assert "sim-interaction" not in product.log
