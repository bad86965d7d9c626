"""How much is taken from a person, in a conversation and in all before the rest is set aside."""

from __future__ import annotations

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage

from bot.events import PlatformEvent
from bot.settings import LimitSettings


class Limiter:
    """Counts events in windows of time. Fixed windows: the cheapest, and each has an end at which all is forgiven."""

    def __init__(self, settings: LimitSettings) -> None:
        self._windows = MemoryStorage()
        self._per_user = parse(settings.per_user)
        self._per_conversation = parse(settings.per_conversation)
        self._in_all = parse(settings.in_all)

    def takes(self, event: PlatformEvent) -> bool:
        """Count an event; return whether it is within every limit."""
        return (
            self._within(self._per_user, f"user {event.author.ref}")
            and self._within(self._per_conversation, f"conversation {event.conversation}")
            and self._within(self._in_all, "all")
        )

    def owes_a_word(self, event: PlatformEvent) -> bool:
        """Whether its author is to be told that the event was set aside: once in a window."""
        return self._windows.incr(f"notice {event.author.ref}", self._per_user.get_expiry()) == 1

    def _within(self, rate: RateLimitItem, key: str) -> bool:
        # What FixedWindowRateLimiter.hit does, without the half of its time that goes into making keys of parts.
        return self._windows.incr(key, rate.get_expiry()) <= rate.amount
