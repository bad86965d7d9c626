"""A token is revoked while Familiar serves two platforms: the one stops with a word, the other goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.adapters.product import Product
from tests.simulators.discord import Discord
from tests.simulators.telegram import Telegram
from tests.simulators.telegram_state import ANA, TOKEN

PROMPTLY = 10.0
"""Seconds to end in: a second or two, on a machine that has other things to do."""


class OnDiscord:
    """Somebody's conversation there, and the token."""

    def __init__(self, discord: Discord) -> None:
        self.simulator = discord
        self.world = discord.world
        self._token = discord.world.token

    def say(self, text: str) -> None:
        self.world.mention(self.world.general, text)

    def texts(self) -> list[str]:
        return self.world.texts(self.world.general)

    def revoke(self, *, tell: bool) -> None:
        self.world.token = "another"
        if tell:
            self.simulator.gateway.close(4004)

    def mend(self) -> None:
        self.world.token = self._token


class OnTelegram:
    """The same there."""

    def __init__(self, telegram: Telegram) -> None:
        self.simulator = telegram
        self.world = telegram.world

    def say(self, text: str) -> None:
        self.world.say(ANA, text)

    def texts(self) -> list[str]:
        return self.world.texts(ANA)

    def revoke(self, *, tell: bool) -> None:
        self.world.token = None if tell else "4711:AAanother"
        self.world.happened()

    def mend(self) -> None:
        self.world.token = TOKEN


@pytest.mark.parametrize("name", ["discord", "telegram"])
@pytest.mark.parametrize("tell", [False, True], ids=["noticed when sending", "noticed when receiving"])
async def test_fault_05_one_stops_with_a_word_the_other_serves_and_replies_wait_for_a_good_token(
    tmp_path: Path, name: str, tell: bool
) -> None:
    async with Discord() as discord, Telegram() as telegram:
        both = {"discord": OnDiscord(discord), "telegram": OnTelegram(telegram)}
        down, up = both.pop(name), *both.values()
        product = Product(tmp_path, discord, telegram)
        async with product:
            down.revoke(tell=tell)
            if tell:
                await product.is_refused_by(name)
            for text in ("one", "two"):
                down.say(text)
            await product.is_refused_by(name)
            calls = len(down.world.calls)
            await _serves(up)
            assert len(down.world.calls) == calls, "it tried again"
            await _stops_promptly(product)
        await product.start()  # the operator has not noticed yet
        await product.is_refused_by(name)
        await _serves(up)
        await _stops_promptly(product)
        assert down.texts() == []
        down.mend()
        async with product:
            await down.world.until(lambda: len(down.texts()) == 2)
            assert down.texts() == ["heard one", "heard two"]
            await product.keeps(pending=0, sending=0, failed=0, ambiguous=0)


async def _serves(platform: OnDiscord | OnTelegram) -> None:
    before = len(platform.texts())
    platform.say("hello")
    await platform.world.until(lambda: len(platform.texts()) > before)


async def _stops_promptly(product: Product) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    assert await product.stop() == 0
    assert clock() - began < PROMPTLY
