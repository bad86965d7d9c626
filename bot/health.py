"""Whether everything that serving takes is there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.connections import Connections
from bot.errors import StoreError
from bot.model_host import ModelHost

if TYPE_CHECKING:
    from bot.store.store import Store

PATIENCE = 5.0
"""Seconds after which a database that does not answer counts as gone."""


@dataclass(frozen=True, slots=True)
class AdapterHealth:
    """How an adapter stands. `started`: it runs and has not said more yet."""

    state: Literal["started", "ready", "resumed", "gap", "lost", "fatal"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """`degraded`: something is wrong and the rest serves. `down`: nobody can be answered."""

    status: Literal["ok", "degraded", "down"]
    adapters: dict[str, AdapterHealth]
    model: str | None
    """The version that speaks; None while the first one is loading."""
    store: dict[str, int] | None
    """How many rows of inbox and outbox wait; None where the database can't be read."""


class Health:
    """Looks at everything, cheaply enough to be asked every few seconds."""

    def __init__(self, platforms: Sequence[str], connections: Connections, model: ModelHost, store: Store) -> None:
        self._platforms = platforms
        self._connections = connections
        self._model = model
        self._store = store

    async def look(self) -> HealthReport:
        """Return how things are now. Never raises."""
        adapters = {platform: self._adapter(platform) for platform in self._platforms}
        waiting = await self._waiting()
        bad = [adapter for adapter in adapters.values() if adapter.state in {"lost", "fatal"}]
        if waiting is None or (bad and len(bad) == len(adapters)):
            status = "down"
        else:
            status = "degraded" if bad or self._model.version is None else "ok"
        return HealthReport(status, adapters, self._model.version, waiting)

    def _adapter(self, platform: str) -> AdapterHealth:
        latest = self._connections.latest.get(platform)
        return AdapterHealth("started") if latest is None else AdapterHealth(latest.state, latest.reason)

    async def _waiting(self) -> dict[str, int] | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._store.count_waiting()
        except (StoreError, TimeoutError):
            return None
