"""The form in which events last: inbox rows today, broker messages later."""

from __future__ import annotations

from functools import cache
from typing import Any

from bot import events
from bot.errors import FamiliarError
from bot.events import PlatformEvent

EVENT_TYPES: dict[str, type[PlatformEvent]] = {
    kind.__name__: kind
    for kind in (
        events.MessageReceived,
        events.MessageEdited,
        events.MessageDeleted,
        events.ReactionChanged,
        events.CommandInvoked,
        events.ActionInvoked,
        events.ConversationMigrated,
        events.MembershipChanged,
        events.ThreadCreated,
    )
}


class UnknownEventError(FamiliarError):
    """A stored event is of a kind this version does not know."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"unknown kind of event {kind!r}: it was stored by another version of Familiar")
        self.kind = kind


def encode(event: PlatformEvent) -> tuple[str, str]:
    """Return (kind, JSON text) of an event. Raises UnknownEventError, and ValueError for text that is no Unicode."""
    kind = type(event).__name__
    return kind, _codec(kind).dump_json(event, exclude_defaults=True).decode()


def decode(kind: str, payload: str) -> PlatformEvent:
    """Rebuild an event from what `encode` gave. Raises UnknownEventError, and ValueError for what does not fit."""
    return _codec(kind).validate_json(payload)


@cache
def _codec(kind: str) -> Any:
    from pydantic import TypeAdapter  # a tenth of a second to import: only who stores events pays for it

    if kind not in EVENT_TYPES:
        raise UnknownEventError(kind)
    return TypeAdapter(EVENT_TYPES[kind])
