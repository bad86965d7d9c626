"""Notes which replies may be with their platform, kept in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.adapter import SendMarks
from bot.backoff import Sleep, until_available

if TYPE_CHECKING:
    from bot.store.store import Store


class StoredMarks(SendMarks):
    """Waits where the store is unavailable: without its mark nothing may leave."""

    def __init__(self, store: Store, sleep: Sleep) -> None:
        self._store = store
        self._sleep = sleep

    async def set(self, nonce: str) -> None:
        """See SendMarks."""
        await until_available(lambda: self._store.save_attempt(nonce), self._sleep)

    async def withdraw(self, nonce: str) -> None:
        """See SendMarks."""
        await until_available(lambda: self._store.withdraw_attempt(nonce), self._sleep)
