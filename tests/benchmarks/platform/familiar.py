"""Familiar with an echo plugin and nothing else of its own, as `familiar run` serves it: the environment says where.

It keeps no pace on Telegram, for what is measured is how fast it can be. The simulator takes all that comes.
"""

from __future__ import annotations

import asyncio

from adapters.telegram import pacing
from bot.app import App
from bot.logs import set_up_logs
from bot.settings import load_settings
from bot.testing import FakeGenerator
from tests.benchmarks.contenders.familiar import Echo

UNBOUNDED = (1_000_000, 1.0)


async def serve() -> None:
    settings = load_settings()
    set_up_logs(settings.log)
    await App(settings, plugins=[Echo()], load=lambda _folder: FakeGenerator(), exclusive=True).run()


if __name__ == "__main__":
    pacing.PER_CHAT = pacing.PER_GROUP = pacing.IN_ALL = UNBOUNDED
    asyncio.run(serve())
