"""App: the only place where parts are put together, started in order and stopped in the opposite one."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING

import structlog

from bot.adapter import Adapter
from bot.answers import Answerer
from bot.bus.local import LocalBus
from bot.connections import Connections
from bot.dispatcher import Dispatcher
from bot.events import ModelReloaded
from bot.extensions import load_adapters, load_plugins
from bot.handlers import HandlerTable
from bot.health import Health
from bot.history import RecentTurns
from bot.home_lock import HomeLock
from bot.model_host import Load, ModelHost, ModelShelf
from bot.outcomes import Outcomes
from bot.plugin import Plugin
from bot.progress import AdaptersProgress
from bot.revisions import Revisions
from bot.sender import Sender
from bot.settings import Settings, make_home
from bot.skills import Skills
from bot.stop_request import StopRequest
from bot.store.adapter_state import StoredState
from bot.store.store import Store
from bot.supervisor import Supervisor
from bot.waiting import first_of

if TYPE_CHECKING:
    from bot.api.server import HttpServer

DRAIN_SECONDS = 30.0
"""How long a stop waits for what was begun. The rest is durable and goes on at the next start."""

_RARELY = (10_000, 20, 20)
"""Messages leave hardly any cycles: under load the collector found nothing, at 20 to 70 microseconds a message."""
_log = structlog.get_logger(__name__)


class App:
    """Familiar, put together from its settings.

        await App(settings).run()

    or, where something else decides when it ends, `async with App(settings) as app`.
    """

    def __init__(
        self,
        settings: Settings,
        adapters: Sequence[Adapter] | None = None,
        plugins: Sequence[Plugin] | None = None,
        load: Load | None = None,
        *,
        exclusive: bool = False,
        serves_http: bool = False,
    ) -> None:
        """Use the given extensions, or those the settings name; load models with `load`, or natively.

        `exclusive` keeps other exclusive ones off the same home folder. `serves_http`: listen for health checks even
        where no adapter needs it. Raises ExtensionError and SettingsError.
        """
        self.settings = settings
        self.adapters = tuple(load_adapters(settings, settings.served) if adapters is None else adapters)
        self.plugins = tuple(load_plugins(settings) if plugins is None else plugins)
        self.handlers = HandlerTable(self.plugins)
        self.bus = LocalBus()
        self.model = ModelHost(settings.model, ModelShelf(settings), load=load, on_reload=self._tell_reload)
        self.connections = Connections(self.bus)
        self._exclusive = exclusive
        self._serves_http = serves_http
        self.http: HttpServer | None = None
        self._by_platform = {adapter.name: adapter for adapter in self.adapters}
        self._stop = StopRequest()
        self._open = AsyncExitStack()

    async def run(self) -> None:
        """Serve until every adapter has come to its end, `stop` is called, or a signal asks for it.

        Raises what opening raises, and ModelUnavailableError when there is no model to speak.
        """
        thresholds = gc.get_threshold()
        with self._stop.by_signals():
            try:
                async with self:
                    await first_of(self._stop.wait(), self.supervisor.wait(), self._watch_model())
            finally:
                gc.unfreeze()
                gc.set_threshold(*thresholds)

    def stop(self) -> None:
        """Have `run` end: nothing further is taken, what was begun is finished. A second call does not wait."""
        self._stop.make()

    async def settle(self, seconds: float | None = None) -> bool:
        """Wait up to that many seconds until everything taken so far is answered, sent and told to listeners.

        Returns whether that was reached.
        """
        parts = (self.dispatcher.drain, self.sender.drain, self.bus.drain)
        try:
            async with asyncio.timeout(seconds):
                return all([await part() for part in parts])
        except TimeoutError:
            return False

    async def __aenter__(self) -> App:
        """Open everything and start receiving.

        Raises StoreError, HomeUnusableError, HomeInUseError, or SettingsError where the HTTP port can't be had.
        """
        async with AsyncExitStack() as opened:
            await self._start(opened)
            self._open = opened.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def _start(self, opened: AsyncExitStack) -> None:
        home = make_home(self.settings)
        if self._exclusive:
            opened.enter_context(HomeLock(home))
        store = await Store.open(self.settings.database)
        opened.push_async_callback(store.aclose)
        for part in (*self.plugins, *self.adapters, self.bus, self.model):
            opened.push_async_callback(part.aclose)
        for adapter in self.adapters:
            adapter.state = StoredState(store, adapter.name)
        self._connect(store)
        opened.push_async_callback(self.sender.aclose)
        opened.callback(self.skills.close)
        opened.push_async_callback(self.dispatcher.aclose)
        self.http = self._start_http(store)
        if self.http is not None:
            opened.push_async_callback(self.http.aclose)
        self.model.start()
        lasting = tuple(adapter.name for adapter in self.adapters if adapter.capabilities.outlives_process)
        unfinished = await store.list_unfinished_events(lasting)
        await self.sender.recover(lasting)
        self.dispatcher.recover(unfinished)
        opened.push_async_callback(self._finish)
        self.supervisor.start()

    def _connect(self, store: Store) -> None:
        limits = self.settings.limits
        history = RecentTurns(store.load_history)
        self.sender = Sender(
            store,
            self.bus,
            self._by_platform,
            waiting_per_conversation=limits.waiting_per_conversation,
            waiting_in_all=limits.waiting_in_all,
        )
        capabilities = {adapter.name: adapter.capabilities for adapter in self.adapters}
        self.skills = Skills(self.settings, self.handlers, self.model, history, capabilities)
        answerer = Answerer(self.settings, self.skills, self.model, history, AdaptersProgress(self._by_platform))
        revisions = Revisions()
        outcomes = Outcomes(store, answerer, self.sender, history, revisions)
        self.dispatcher = Dispatcher(self.settings, store, self.bus, outcomes, self.sender, revisions)
        self.supervisor = Supervisor(
            self.adapters, self.dispatcher.accept, self.handlers.commands, self.connections, self.sender.hold
        )

    def _start_http(self, store: Store) -> HttpServer | None:
        routers = [router for adapter in self.adapters if (router := adapter.router()) is not None]
        if not (routers or self._serves_http):
            return None
        from bot.api.server import HttpServer  # most of a second to import: a chat does without
        from bot.api.web_app import make_web_app

        health = Health(tuple(self._by_platform), self.connections, self.model, store)
        server = HttpServer(self.settings.api, make_web_app(health, routers))
        server.start()
        return server

    async def _watch_model(self) -> None:
        await self.model.wait_until_loaded()
        gc.freeze()  # what was made so far stays: looking through it time and again would stop the loop each time
        gc.set_threshold(*_RARELY)
        await asyncio.Event().wait()

    async def _finish(self) -> None:
        self.dispatcher.stop_taking()
        await self.supervisor.stop()
        if self.http is not None:
            await self.http.aclose()
        if not await first_of(self.settle(DRAIN_SECONDS), self._stop.wait_for_another()):
            _log.warning("stopped before everything was answered; the rest goes on at the next start")

    async def _tell_reload(self, version: str, previous: str | None) -> None:
        await self.bus.publish(ModelReloaded(at=datetime.now(UTC), version=version, previous=previous))
