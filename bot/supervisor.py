"""Keeps adapters running: one that breaks is started again later, and the others never notice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import structlog

from bot.adapter import Adapter, Publish
from bot.backoff import Sleep, delays
from bot.commands import Command
from bot.errors import SettingsError
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
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Have adapters offer `commands` and hand their events to `publish`."""
        self._adapters = tuple(adapters)
        self._publish = publish
        self._commands = commands
        self._sleep = sleep
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start all adapters."""
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
            try:
                await adapter.sync_commands(self._commands)
                await adapter.start(self._publish)
            except SettingsError as error:
                _log.error("an adapter can't run", adapter=adapter.name, reason=str(error))
                raise
            except Exception as error:  # whatever an adapter's library raises
                if clock() - started > SETTLED_AFTER:
                    waits = delays(first=1.0, longest=60.0)
                wait = next(waits)
                _log.error("an adapter broke off", adapter=adapter.name, next_try_seconds=wait, **describe(error))
                await self._sleep(wait)
            else:
                return
