"""A host without a brain, started on a home folder; prints its memory when it is ready, and ends.

python -m tests.benchmarks.host HOME
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.app import App
from bot.settings import ModelSettings, Settings
from bot.testing import FakeGenerator
from tests.benchmarks.contenders.familiar import BenchAdapter, Echo, bystander
from tests.benchmarks.memory import resident_mib

PLUGINS = 20


async def start(home: Path) -> None:
    settings = Settings(home=home, adapters=(), plugins=(), model=ModelSettings(version=str(home)))
    adapter = BenchAdapter(settings, on_reply=lambda _text: None)
    plugins = [*map(bystander, range(PLUGINS - 1)), Echo()]
    async with App(settings, [adapter], plugins, load=lambda _folder: FakeGenerator()):
        await adapter.publish
        print("ready", resident_mib(), flush=True)


asyncio.run(start(Path(sys.argv[1])))
