"""What an adapter notes down, kept in the database."""

from __future__ import annotations

from bot.adapter import AdapterState
from bot.store.store import Store


class StoredState(AdapterState):
    """One adapter's notes."""

    def __init__(self, store: Store, platform: str) -> None:
        self._store = store
        self._platform = platform

    async def load(self, key: str) -> str | None:
        """See AdapterState."""
        return await self._store.load_note(self._platform, key)

    async def save(self, key: str, value: str) -> None:
        """See AdapterState."""
        await self._store.save_note(self._platform, key, value)
