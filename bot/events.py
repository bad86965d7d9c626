"""The facts that travel: what happened on a platform or in the host, and what goes out in answer.

Events are frozen, past-tense and free of platform types; ids are always strings. `encode` and `decode` give them a
form that lasts (inbox rows today, broker messages later).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from bot.errors import FamiliarError


@dataclass(frozen=True, slots=True)
class UserRef:
    """A person on a platform. The same number on another platform is somebody else."""

    platform: str
    user_id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.user_id}"


@dataclass(frozen=True, slots=True)
class ConversationRef:
    """Where things are said: a direct chat, a group, a thread."""

    platform: str
    conversation_id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.conversation_id}"


@dataclass(frozen=True, slots=True)
class Author:
    """Who said something: a reference that lasts and the name shown at that moment."""

    ref: UserRef
    name: str
    is_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact. `at` is when it happened, timezone-aware."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformEvent(Event):
    """Something a person did on a platform. (platform, update_id) is unique: a second arrival is the same fact."""

    update_id: str
    conversation: ConversationRef
    author: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(PlatformEvent):
    """Somebody wrote something. `reply_to` is the platform's id of the message they answered."""

    message_id: str
    text: str
    is_direct: bool = False
    mentions_me: bool = False
    reply_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandInvoked(PlatformEvent):
    """Somebody called a command: `/name arguments`. `options` holds values a platform already took apart."""

    name: str
    arguments: str = ""
    options: dict[str, str] = field(default_factory=dict[str, str])
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySent(Event):
    """A reply was handed to its platform. `message_id` is the platform's id for it, where it has one."""

    reply_id: str
    conversation: ConversationRef
    message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReloaded(Event):
    """Another model version speaks from now on."""

    version: str
    previous: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler or the brain wants to say."""

    text: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reply on its way out. `nonce` (≤25 characters) is the same at every attempt: a platform can drop repeats."""

    nonce: str
    conversation: ConversationRef
    reply: Reply
    reply_to: str | None = None


class UnknownEventError(FamiliarError):
    """A stored event is of a kind this version does not know."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"unknown kind of event {kind!r}: it was stored by another version of Familiar")
        self.kind = kind


EVENT_TYPES: dict[str, type[Event]] = {
    cls.__name__: cls for cls in (MessageReceived, CommandInvoked, ReplySent, ModelReloaded)
}


@cache
def _codec(kind: str) -> Any:
    from pydantic import TypeAdapter  # a tenth of a second to import: only who stores events pays for it

    if kind not in EVENT_TYPES:
        raise UnknownEventError(kind)
    return TypeAdapter(EVENT_TYPES[kind])


def encode(event: Event) -> tuple[str, str]:
    """Return (kind, JSON text) of an event."""
    kind = type(event).__name__
    return kind, _codec(kind).dump_json(event).decode()


def decode(kind: str, payload: str) -> Event:
    """Rebuild an event from what `encode` gave. Raises UnknownEventError."""
    return _codec(kind).validate_json(payload)
