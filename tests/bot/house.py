"""An App on a real database, with a plugin that does on demand what tests need."""

from __future__ import annotations

import asyncio
import sys
import threading

from bot.app import App
from bot.events import MessageReceived
from bot.plugin import Context, Plugin, Said, command, on
from bot.settings import LimitSettings, Settings
from bot.store.store import Store
from bot.testing import FakeAdapter, FakeGenerator


class ProbePlugin(Plugin):
    """Waits, breaks and blocks on demand."""

    name = "probe"

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.thread_gate = threading.Event()
        self.heard: list[str] = []

    @on(MessageReceived)
    async def hear(self, ctx: Context, event: MessageReceived) -> Said:
        self.heard.append(event.text)
        if event.text.startswith("wait"):
            await self.gate.wait()
        if event.text.startswith("break"):
            raise ValueError(event.text)
        if event.text.startswith("number"):
            await asyncio.sleep(0)
        return None if event.text.startswith("brain") else f"heard {event.text}"

    @command("block", "Block the thread")
    def block(self, ctx: Context) -> str:
        self.thread_gate.wait(10)
        return "unblocked"

    @command("add", "Add two numbers")
    async def add(self, ctx: Context, first: int, second: int = 1) -> str:
        return str(first + second)

    @command("history", "Tell what was said")
    async def history(self, ctx: Context) -> str:
        return " / ".join(turn.text for turn in await ctx.history()) or "nothing"

    @command("forget", "Forget what was said")
    async def forget(self, ctx: Context) -> str:
        ctx.forget_conversation()
        return "forgotten"

    @command("fail", "Fail")
    async def fail(self, ctx: Context) -> str:
        raise RuntimeError("secret cause")

    @command("exit", "Try to end the process")
    async def exit(self, ctx: Context) -> str:
        sys.exit(1)

    @command("cancel", "Wait for what was cancelled")
    async def cancel(self, ctx: Context) -> str:
        task = asyncio.create_task(self.gate.wait())
        task.cancel()
        return str(await task)

    @command("exhaust", "Want more than there is")
    def exhaust(self, ctx: Context) -> str:
        return next(iter(()))

    @command("nonsense", "Return what can't be said")
    async def nonsense(self, ctx: Context) -> int:
        return 3

    @command("dirty", "Say what can't be sent")
    async def dirty(self, ctx: Context) -> str:
        return "a\0b\ud800"


class House:
    """An App with everything a test looks at."""

    def __init__(self, settings: Settings, network: FakeGenerator | None = None, adapter: FakeAdapter | None = None):
        self.network = network or FakeGenerator(lambda request: f"about {request.turns[-1].text}")
        self.plugin = ProbePlugin()
        self.adapter = adapter or FakeAdapter(settings)
        self.app = App(settings, [self.adapter], [self.plugin], lambda _folder: self.network)

    async def __aenter__(self) -> House:
        await self.app.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.plugin.gate.set()
        self.plugin.thread_gate.set()
        await self.app.__aexit__(None, None, None)


def limits(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update={"limits": LimitSettings.model_validate(changes)})


async def counts(settings: Settings) -> dict[str, dict[str, int]]:
    store = await Store.open(settings.database)
    try:
        return await store.count_by_status()
    finally:
        await store.aclose()


def stored_bytes(settings: Settings) -> int:
    return sum(path.stat().st_size for path in settings.home.glob("familiar.db*"))
