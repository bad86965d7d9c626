"""Which of two messages was written first."""

from __future__ import annotations

from bot.events import CommandInvoked, MessageReceived, PlatformEvent


def was_written_before(event: PlatformEvent, other: PlatformEvent) -> bool:
    """Whether the platform counted a message before another of the same conversation, however they arrived.

    Messages that are not numbered, and what is no message, are not before anything.
    """
    number, others = _number(event), _number(other)
    return number is not None and others is not None and number < others


def _number(event: PlatformEvent) -> int | None:
    id_ = event.message_id if isinstance(event, MessageReceived | CommandInvoked) else None
    return int(id_) if id_ is not None and id_.isdecimal() else None
