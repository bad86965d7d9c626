from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from tests.adapters.product import Product
from tests.adapters.telegram.product import hurried
from tests.simulators.telegram import Telegram
from tests.simulators.telegram_state import TOKEN, USERNAME

_people = count(501)
_groups = count(9001)


class House:
    """Telegram and a Familiar that serves it. Every case has people and groups of its own."""

    def __init__(self, telegram: Telegram, product: Product) -> None:
        self.telegram = telegram
        self.world = telegram.world
        self.product = product

    def person(self) -> int:
        """Somebody who never wrote before."""
        return next(_people)

    def group(self, **about: Any) -> int:
        """A group with the bot in it."""
        return self.world.group(-next(_groups), **about)

    def mention(self, chat: int, text: str, **about: Any) -> int:
        """Have somebody address the bot in a group."""
        return self.world.say(chat, f"@{USERNAME} {text}", **about)

    async def reads(self, chat: int, *texts: str, topic: int | None = None) -> None:
        """Wait until the bot has said as many things in a chat, and compare."""
        await self.world.until(lambda: len(self.world.texts(chat, topic)) >= len(texts))
        assert self.world.texts(chat, topic) == list(texts)

    async def settle(self, chat: int) -> None:
        """Wait until all that was said in a chat before is answered: the bot answers in order."""
        before = len(self.world.texts(chat))
        if chat > 0:
            self.world.say(chat, "settle", user=chat)
        else:
            self.mention(chat, "settle")
        await self.world.until(lambda: "heard settle" in self.world.texts(chat)[before:])

    async def settle_updates(self) -> None:
        """Wait until all that happened so far is stored and confirmed."""
        await self.world.until(lambda: not self.world.updates)

    async def release(self) -> None:
        """End what `wait` waits for."""
        person = self.person()
        self.world.say(person, "/release", user=person)
        await self.reads(person, "released")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    home = tmp_path_factory.mktemp("home")
    active = json.dumps({"telegram:-77": {"mode": "active"}})
    async with Telegram() as telegram, hurried(home, telegram, PROBE_HANGS="", FAMILIAR_SPACES=active) as product:
        house = House(telegram, product)
        yield house
        assert TOKEN not in product.log
        assert TOKEN.partition(":")[2] not in product.log
        assert house.world.pinged() == []
