"""How each adapter stands with its platform: for health, for logs, and for whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

import structlog

from bot.bus.event_bus import EventBus
from bot.events import ConnectionChanged

_log = structlog.get_logger(__name__)


class Connections:
    """Keeps the latest word of every adapter and passes each on to the bus."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self._latest: dict[str, ConnectionChanged] = {}
        self._telling: set[asyncio.Task[None]] = set()

    @property
    def latest(self) -> Mapping[str, ConnectionChanged]:
        """The latest word of each platform's adapter; one that has not said anything yet is missing."""
        return MappingProxyType(self._latest)

    def begin(self, platform: str) -> None:
        """An adapter is started, once more perhaps: what was said of it before no longer counts."""
        self._latest.pop(platform, None)

    def report(self, change: ConnectionChanged) -> None:
        """Take in how an adapter stands. Returns at once; to be called on the loop."""
        self._latest[change.platform] = change
        log = _log.error if change.state == "fatal" else _log.warning if change.state == "lost" else _log.info
        log("a connection changed", platform=change.platform, state=change.state, reason=change.reason)
        telling = asyncio.get_running_loop().create_task(self._bus.publish(change))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)
