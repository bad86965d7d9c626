"""How much is taken from a person, in a conversation and in all before the rest is set aside."""

from __future__ import annotations

import time
from collections.abc import Callable

from limits import RateLimitItem, parse

from bot.events import PlatformEvent
from bot.settings import LimitSettings

NOTICES = 3
"""How many people are told in one conversation and window that they were set aside."""


class Windows:
    """Counts in fixed windows of time: the cheapest way, and each has an end at which all is forgiven.

    Not MemoryStorage of `limits`: its thread looks through all keys every 10 ms, and waiting for its locks halved the
    messages that were answered in a second on two busy cores.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}
        self._tidy_at = 1_000

    def __len__(self) -> int:
        """How many windows are held, some of which may be over."""
        return len(self._windows)

    def count(self, key: str, seconds: float) -> int:
        """Count once more and return how often that was done in this key's window, which is so many seconds long."""
        now = self._clock()
        end, counted = self._windows.get(key, (0.0, 0))
        if end <= now:
            end, counted = now + seconds, 0
            self._tidy(now)
        self._windows[key] = (end, counted + 1)
        return counted + 1

    def _tidy(self, now: float) -> None:
        """Let go of windows that are over whenever there are twice as many as were left the last time."""
        if len(self._windows) < self._tidy_at:
            return
        self._windows = {key: window for key, window in self._windows.items() if window[0] > now}
        self._tidy_at = max(1_000, 2 * len(self._windows))


class Limiter:
    """Says what is too much."""

    def __init__(self, settings: LimitSettings, windows: Windows | None = None) -> None:
        self._windows = windows or Windows()
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
        """Whether its author is to be told that the event was set aside: once in a window.

        Where a whole crowd is set aside in a conversation, some of them stand for all: everybody there can read it.
        """
        seconds = self._per_user.get_expiry()
        return (
            self._windows.count(f"notice {event.author.ref}", seconds) == 1
            and self._windows.count(f"notices {event.conversation}", seconds) <= NOTICES
        )

    def _within(self, rate: RateLimitItem, key: str) -> bool:
        return self._windows.count(key, rate.get_expiry()) <= rate.amount
