"""How much is taken from a person, in a conversation and in all before the rest is set aside."""

from __future__ import annotations

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from bot.events import PlatformEvent
from bot.settings import LimitSettings


class Limiter:
    """Counts events in windows of time. Fixed windows: the cheapest, and each has an end at which all is forgiven."""

    def __init__(self, settings: LimitSettings) -> None:
        self._rates = FixedWindowRateLimiter(MemoryStorage())
        self._per_user = parse(settings.per_user)
        self._per_conversation = parse(settings.per_conversation)
        self._in_all = parse(settings.in_all)
        self._notices = parse(f"1 per {self._per_user.get_expiry()} seconds")

    def takes(self, event: PlatformEvent) -> bool:
        """Count an event; return whether it is within every limit."""
        hit = self._rates.hit
        author, conversation = event.author.ref, event.conversation
        return (
            hit(self._per_user, "user", author.platform, author.user_id)
            and hit(self._per_conversation, "conversation", conversation.platform, conversation.conversation_id)
            and hit(self._in_all, "all")
        )

    def owes_a_word(self, event: PlatformEvent) -> bool:
        """Whether its author is to be told that the event was set aside: once in a window."""
        author = event.author.ref
        return self._rates.hit(self._notices, "notice", author.platform, author.user_id)
