"""Keeps adapters running: one that breaks is started again later, and the others never notice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

import structlog

from bot.adapter import Adapter, Publish
from bot.backoff import Sleep, delays
from bot.commands import Command
from bot.connections import Connections
from bot.errors import SettingsError
from bot.events import ConnectionChanged
from bot.logs import describe

SETTLED_AFTER = 60.0
"""Seconds an adapter must have run for its next failure to count as a first one."""

_log = structlog.get_logger(__name__)


class Supervisor:
    """Runs the `start` of every adapter until it returns."""

    def __init__(
        self,
        adapters: Iterable[Adapter],
        publish: Publish,
        commands: Sequence[Command],
        connections: Connections,
        on_refused: Callable[[str], None],
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Have adapters offer `commands`, hand their events to `publish` and tell `connections` how they stand.

        `on_refused` is told of each that only the operator can bring back.
        """
        self._adapters = tuple(adapters)
        self._publish = publish
        self._commands = commands
        self._connections = connections
        self._on_refused = on_refused
        self._sleep = sleep
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start all adapters."""
        for adapter in self._adapters:
            adapter.report = self._connections.report
        self._tasks = [asyncio.create_task(self._keep_running(adapter)) for adapter in self._adapters]

    async def wait(self) -> None:
        """Return when no adapter can receive any more. Raises SettingsError where one was refused for its settings."""
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, SettingsError):
                raise result

    async def stop(self) -> None:
        """Have adapters receive nothing further. They can still send."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep_running(self, adapter: Adapter) -> None:
        clock = asyncio.get_running_loop().time
        waits = delays(first=1.0, longest=60.0)
        while True:
            started = clock()
            self._connections.begin(adapter.name)
            try:
                await adapter.sync_commands(self._commands)
                await adapter.start(self._publish)
            except SettingsError as error:
                self._tell(adapter, "fatal", str(error))
                self._on_refused(adapter.name)
                raise
            except Exception as error:  # whatever an adapter's library raises
                if clock() - started > SETTLED_AFTER:
                    waits = delays(first=1.0, longest=60.0)
                wait = next(waits)
                _log.error("an adapter broke off", adapter=adapter.name, next_try_seconds=wait, **describe(error))
                self._tell(adapter, "lost", f"{type(error).__name__}; next try in {wait:g} seconds")
                await self._sleep(wait)
            else:
                return

    def _tell(self, adapter: Adapter, state: Literal["lost", "fatal"], reason: str) -> None:
        self._connections.report(
            ConnectionChanged(at=datetime.now(UTC), platform=adapter.name, state=state, reason=reason)
        )
