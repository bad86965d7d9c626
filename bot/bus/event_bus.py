"""The bus: facts are published on it, and listeners hear those they subscribed to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.events import Event

E = TypeVar("E", bound=Event)
Listener = Callable[[E], Awaitable[None]]
Unsubscribe = Callable[[], None]


class EventBus(ABC):
    """Carries facts to listeners, in order within a conversation.

    Listeners only hear: what one does, how long it takes and whether it raises is nobody else's concern. What must
    not be lost is in the store, not here.
    """

    @abstractmethod
    def subscribe(self, event_type: type[E], listener: Listener[E]) -> Unsubscribe:
        """Have `listener` hear events of a type and its subtypes until the returned function is called."""

    @abstractmethod
    async def publish(self, event: Event) -> None:
        """Hand an event to the listeners without waiting for them."""

    @abstractmethod
    async def drain(self, seconds: float | None = None) -> bool:
        """Wait up to that many seconds until listeners have heard everything; return whether that was reached."""

    @abstractmethod
    async def aclose(self) -> None:
        """Stop telling listeners anything."""
