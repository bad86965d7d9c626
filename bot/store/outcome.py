"""What goes into the store and comes out of it, besides events and turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.events import Delivery, PlatformEvent
from bot.memory import MemoryRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an event ended, and everything that is to be committed with its end."""

    inbox_id: int
    event: PlatformEvent
    status: Literal["done", "shed", "failed"]
    delivery: Delivery | None = None
    """The reply; its nonce is the decimal text of a `new_id()`."""
    source: str = ""
    """Who made the reply: `brain`, `plugin:dice`, `command:help`."""
    model_version: str | None = None
    given: Mapping[str, object] | None = None
    """What the speaker was given, ready for JSON."""
    spoken: bool = False
    """This was conversation: the event's text, if it has one, and the reply become turns."""
    forgets: MemoryRef | None = None
    """Its turns before this event are not used any more."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event that was taken in and has not ended."""

    inbox_id: int
    event: PlatformEvent


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    """A reply that is not known to have arrived. `attempted`: a send was begun whose end nobody saw."""

    delivery: Delivery
    attempted: bool
