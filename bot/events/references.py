"""Who and where."""

from __future__ import annotations

from dataclasses import dataclass


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

    @classmethod
    def unknown(cls, platform: str) -> Author:
        """Stands in where a platform does not tell who did something, as with deletions."""
        return cls(UserRef(platform, ""), "")
