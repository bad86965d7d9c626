"""Whose words it remembers where."""

from __future__ import annotations

from typing import NamedTuple

from bot.events import ConversationRef, PlatformEvent
from bot.settings import Settings, SpaceSettings


class MemoryRef(NamedTuple):
    """What belongs together: a conversation with one member, or (`member` is None) with all of them."""

    conversation: ConversationRef
    member: str | None


_USUAL = SpaceSettings()


def space_of(event: PlatformEvent, settings: Settings) -> SpaceSettings:
    """How it behaves in the server or group of an event; in direct chats as everywhere else."""
    if event.space is None or not settings.spaces:
        return _USUAL
    return settings.spaces.get(f"{event.conversation.platform}:{event.space}", _USUAL)


def memory_of(event: PlatformEvent, space: SpaceSettings) -> MemoryRef:
    """What is remembered when answering an event."""
    return MemoryRef(event.conversation, None if space.memory == "shared" else event.author.ref.user_id)
