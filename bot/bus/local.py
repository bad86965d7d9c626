"""The bus within one process."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import structlog

from bot.bus.event_bus import E, EventBus, Listener, Unsubscribe
from bot.events import Event, PlatformEvent, ReplySent
from bot.lanes import Lanes
from bot.logs import describe

_log = structlog.get_logger(__name__)


class LocalBus(EventBus):
    """Listeners run on the same loop, in their conversation's lane. Facts beyond the bounds are dropped and logged."""

    def __init__(self, *, per_conversation: int = 1_000, in_all: int = 10_000) -> None:
        self._subscriptions: list[tuple[type[Event], Listener[Any]]] = []
        self._listeners: dict[type[Event], tuple[Listener[Any], ...]] = {}
        self._lanes = Lanes[Event](self._tell, per_key=per_conversation, in_all=in_all)

    def subscribe(self, event_type: type[E], listener: Listener[E]) -> Unsubscribe:
        """See EventBus."""
        subscription = (event_type, listener)
        self._subscriptions.append(subscription)
        self._listeners.clear()

        def unsubscribe() -> None:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)
                self._listeners.clear()

        return unsubscribe

    async def publish(self, event: Event) -> None:
        """See EventBus."""
        if self._listeners_of(type(event)) and not self._lanes.offer(_lane(event), event):
            _log.warning("listeners are too slow: a fact was dropped", kind=type(event).__name__)

    async def drain(self, seconds: float | None = None) -> bool:
        """See EventBus."""
        return await self._lanes.drain(seconds)

    async def aclose(self) -> None:
        """See EventBus."""
        self._subscriptions.clear()
        self._listeners.clear()
        await self._lanes.aclose()

    def _listeners_of(self, kind: type[Event]) -> tuple[Listener[Any], ...]:
        found = self._listeners.get(kind)
        if found is None:
            found = tuple(listener for wanted, listener in self._subscriptions if issubclass(kind, wanted))
            self._listeners[kind] = found
        return found

    async def _tell(self, event: Event) -> None:
        for listener in self._listeners_of(type(event)):
            try:
                await listener(event)
            except Exception as error:
                _log.error("a listener failed", kind=type(event).__name__, **describe(error))


def _lane(event: Event) -> Hashable:
    return event.conversation if isinstance(event, PlatformEvent | ReplySent) else type(event)
