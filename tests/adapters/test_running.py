"""`familiar run` as an operator has it: the real command, the model that ships, and settings in the environment."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bot.dispatcher import SLOW_DOWN
from tests.adapters.product import Product, free_port
from tests.simulators.discord import Discord
from tests.simulators.telegram import Telegram
from tests.simulators.telegram_state import ANA, BEN, USERNAME

PATIENCE = 120.0
"""Seconds for the model to be loaded and speak, on a machine that has other things to do."""
AS_SHIPPED = {
    "FAMILIAR_PLUGINS": "",
    "FAMILIAR_MODEL__VERSION": "",
    "FAMILIAR_LOG__LEVEL": "",
    "FAMILIAR_ADMINS": f"discord:202,telegram:{BEN}",
}


def _by_webhook() -> dict[str, str]:
    port = str(free_port())
    return {
        "FAMILIAR_TELEGRAM__MODE": "webhook",
        "FAMILIAR_TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram",
        "FAMILIAR_TELEGRAM__WEBHOOK_SECRET": "the-secret-of-the-hook",
        "FAMILIAR_API__PORT": port,
    }


@asynccontextmanager
async def _running(home: Path, names: str, **environment: str) -> AsyncGenerator[tuple[Product, Discord, Telegram]]:
    """Familiar on those of the two platforms that are named."""
    async with Discord() as discord, Telegram() as telegram, AsyncExitStack() as stack:
        platforms = [platform for name, platform in (("d", discord), ("t", telegram)) if name in names]
        product = await stack.enter_async_context(Product(home, *platforms, **environment))
        yield product, discord, telegram


async def _talk_on_discord(discord: Discord) -> None:
    world, direct = discord.world, discord.world.direct(discord.world.ann)
    world.say(direct, "hello, how are you?")
    await world.until(lambda: world.texts(direct), PATIENCE)
    discord.call(world.general, "model", sub="status", person=world.bob)
    [status] = await world.until(world.whispered)
    assert " speaks since " in status


async def _talk_on_telegram(telegram: Telegram) -> None:
    world = telegram.world
    world.say(ANA, "hello, how are you?")
    await world.until(lambda: world.texts(ANA), PATIENCE)
    world.say(BEN, "/model status", user=BEN)
    [status] = await world.until(lambda: world.texts(BEN))
    assert " speaks since " in status


@pytest.mark.parametrize(
    ("names", "mode"),
    [("d", {}), ("t", {}), ("t", _by_webhook()), ("dt", {}), ("dt", _by_webhook())],
    ids=["Discord", "Telegram by polling", "Telegram by webhook", "both", "both, by webhook"],
)
async def test_what_is_said_is_answered_by_the_model_until_it_is_stopped(
    tmp_path: Path, names: str, mode: dict[str, str]
) -> None:
    async with _running(tmp_path, names, **AS_SHIPPED, **mode) as (product, discord, telegram):
        if "d" in names:
            await _talk_on_discord(discord)
        if "t" in names:
            await _talk_on_telegram(telegram)
            assert bool(telegram.world.requests("getUpdates")) is not bool(mode)
        assert (await product.health())["status"] == "ok"
        assert await product.stop() == 0
        speakers = product.speakers()
    assert set(speakers) == {"brain", "command:model status"}
    assert len(speakers) == 2 * len(names)


async def test_who_writes_too_much_is_told_where_they_wrote_and_once(tmp_path: Path) -> None:
    async with _running(tmp_path, "dt", FAMILIAR_LIMITS__PER_USER="1 per minute") as (product, discord, telegram):
        world, channel, group = discord.world, discord.world.general, telegram.world.group(-9)
        for text in ("one", "two", "three"):
            world.mention(channel, text)
            telegram.world.say(group, f"@{USERNAME} {text}")
        discord.call(channel, "ping")
        assert await world.until(world.whispered) == [SLOW_DOWN]
        await telegram.world.until(lambda: len(telegram.world.texts(group)) == 2)
        assert await product.stop() == 0
    assert sorted(world.texts(channel)) == [SLOW_DOWN, "heard one"]
    assert sorted(telegram.world.texts(group)) == [SLOW_DOWN, "heard one"]
    assert telegram.world.texts(ANA) == []
