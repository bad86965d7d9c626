"""How far each channel has been read, kept across restarts."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass

import structlog
from discord.utils import time_snowflake, utcnow

from bot.adapter import AdapterState
from bot.errors import FamiliarError

FLUSH_SECONDS = 1.0
"""A watermark may lag behind: what is read twice is known by its id and answered once."""
DIRECT_CHANNELS = 200
"""So many direct conversations are remembered. Discord does not list them, so a forgotten one is not looked into."""

_BEGAN = "began"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """A channel and the server it is in; None for a direct one."""

    channel: int
    guild: int | None


class Watermarks:
    """The last message of each channel that the host has stored."""

    def __init__(self, state: AdapterState) -> None:
        """Keep them in `state`, one document a server and one for direct messages."""
        self._state = state
        self._read: dict[int | None, dict[int, int]] = {}
        self._dirty: set[int | None] = set()
        self._began = 0

    async def open(self) -> bool:
        """Return whether there was an earlier session. Raises StoreError."""
        began = await self._state.load(_BEGAN)
        if began is None:
            self._began = time_snowflake(utcnow())
            await self._state.save(_BEGAN, str(self._began))
        else:
            self._began = int(began)
        return began is not None

    async def of(self, guild: int | None) -> dict[int, int]:
        """Those of a server's channels, or of direct ones. Raises StoreError."""
        if guild not in self._read:
            saved = json.loads(await self._state.load(_key(guild)) or "{}")
            loaded = defaultdict(int, {int(channel): int(last) for channel, last in saved.items()})
            self._read.setdefault(guild, loaded)
        return self._read[guild]

    async def at(self, place: Place) -> int:
        """Up to where a place was read: what is newer was missed. Raises StoreError."""
        return (await self.of(place.guild)).get(place.channel) or self._began

    async def note(self, place: Place, message: int) -> None:
        """A message of a place is stored. Raises StoreError."""
        read = await self.of(place.guild)
        if message > read.get(place.channel, 0):
            read[place.channel] = message
            self._dirty.add(place.guild)

    async def keep_flushing(self) -> None:
        """Save what was noted, again and again."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Save what was noted. What can't be saved now will be tried again."""
        for guild in list(self._dirty):
            read = self._read[guild]
            if guild is None and len(read) > DIRECT_CHANNELS:
                for channel in sorted(read, key=read.__getitem__)[:-DIRECT_CHANNELS]:
                    del read[channel]
            self._dirty.discard(guild)
            try:
                await self._state.save(_key(guild), json.dumps(read))
            except FamiliarError as error:
                self._dirty.add(guild)
                _log.warning("watermarks could not be saved", error=type(error).__name__)


def _key(guild: int | None) -> str:
    return "read:direct" if guild is None else f"read:{guild}"
