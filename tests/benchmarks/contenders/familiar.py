"""Familiar, whole: the App with its inbox, outbox, limits and order. Once on a real database, once on none."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from bot.adapter import Adapter, Capabilities, Publish
from bot.app import App
from bot.events import Author, ConversationRef, Delivery, MessageReceived, PlatformEvent, UserRef
from bot.memory import MemoryRef
from bot.plugin import Context, Plugin, Turn, command, on
from bot.settings import LimitSettings, ModelSettings, Settings
from bot.store.ids import new_id
from bot.store.outcome import Outcome, PendingDelivery, StoredEvent
from bot.store.store import Store
from bot.testing import FakeGenerator
from tests.benchmarks.contenders.contender import Contender, OnReply, Update

PLATFORM = "bench"
WIDE = "1000000000 per second"
"""The limits are counted for every message and never reached."""


class BenchAdapter(Adapter):
    """A platform in memory that drops repeats of a nonce, as Discord does."""

    name = PLATFORM
    capabilities = Capabilities(deduplicates_sends=True)

    def __init__(self, settings: Settings, on_reply: OnReply) -> None:
        super().__init__(settings)
        self._on_reply = on_reply
        self.publish: asyncio.Future[Publish] = asyncio.get_running_loop().create_future()

    async def start(self, publish: Publish) -> None:
        self.publish.set_result(publish)
        await asyncio.Event().wait()

    async def send(self, delivery: Delivery) -> str | None:
        self._on_reply(delivery.reply.text)
        return delivery.nonce


class Echo(Plugin):
    """Says what it hears."""

    name = "echo"

    @on(MessageReceived)
    async def hear(self, ctx: Context, event: MessageReceived) -> str:
        return event.text


def bystander(number: int) -> Plugin:
    """A plugin with a command that nobody calls."""

    class Bystander(Plugin):
        name = f"bystander{number}"

        @command(f"command{number}", "Do nothing")
        async def nothing(self, ctx: Context) -> None:
            return None

    return Bystander()


class NoStore(Store):
    """Keeps nothing, so that what is left is the path itself."""

    def __init__(self) -> None:
        return

    @classmethod
    async def open(cls, url: str) -> Store:
        return cls()

    async def aclose(self) -> None:
        return

    async def save_event(self, event: PlatformEvent) -> int | None:
        return new_id()

    async def save_outcome(self, outcome: Outcome) -> None:
        return

    async def save_delivered(self, nonce: str, message_id: str | None) -> None:
        return

    async def list_unfinished_events(self, platforms: Collection[str]) -> list[StoredEvent]:
        return []

    async def list_undelivered(self, platforms: Collection[str]) -> list[PendingDelivery]:
        return []

    async def load_history(self, memory: MemoryRef, limit: int) -> tuple[Turn, ...]:
        return ()


class Familiar(Contender):
    """SQLite with an fsync before anything is confirmed or sent."""

    store: type[Store] = Store

    async def open(self) -> None:
        async with AsyncExitStack() as opened:
            home = Path(opened.enter_context(TemporaryDirectory(prefix="familiar-bench-")))
            limits = LimitSettings(per_user=WIDE, per_conversation=WIDE, in_all=WIDE)
            settings = Settings(
                home=home, adapters=(), plugins=(), limits=limits, model=ModelSettings(version=str(home))
            )
            adapter = BenchAdapter(settings, self.on_reply)
            plugins = [*map(bystander, range(self.plugins - 1)), Echo()]
            app = App(settings, [adapter], plugins, load=lambda _folder: FakeGenerator())
            with patch("bot.app.Store", self.store):
                self._running = asyncio.create_task(app.run())
                self._publish = await adapter.publish
            self._app = app
            self._open = opened.pop_all()

    async def receive(self, update: Update) -> None:
        await self._publish(
            MessageReceived(
                at=datetime.now(UTC),
                update_id=str(update.number),
                conversation=ConversationRef(PLATFORM, update.conversation),
                author=Author(UserRef(PLATFORM, update.conversation), "Ann"),
                message_id=str(update.number),
                text=update.text,
                is_direct=True,
            )
        )

    async def aclose(self) -> None:
        self._app.stop()
        await self._running
        await self._open.aclose()


class UnstoredFamiliar(Familiar):
    """The same without a database."""

    store = NoStore
