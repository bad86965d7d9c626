"""What goes out in answer."""

from __future__ import annotations

from dataclasses import dataclass

from bot.events.references import ConversationRef

PAYLOAD_LIMIT = 64
"""Bytes that come back when a button is pressed."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press below a reply. `payload` (at most 64 bytes of UTF-8) comes back in an ActionInvoked.

    Raises ValueError for a longer one: no platform would take it.
    """

    label: str
    payload: str

    def __post_init__(self) -> None:
        if len(self.payload.encode()) > PAYLOAD_LIMIT:
            raise ValueError(f"the payload of button {self.label!r} is longer than {PAYLOAD_LIMIT} bytes")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler or the brain wants to say."""

    text: str
    ephemeral: bool = False
    """Only the person who asked sees it, where the platform can do that."""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reply on its way out. `nonce` (≤25 characters) is the same at every attempt: a platform can drop repeats."""

    nonce: str
    conversation: ConversationRef
    reply: Reply
    reply_to: str | None = None
    reply_token: str | None = None
    """That of the event that is answered."""
