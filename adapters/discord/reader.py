"""Hands what happens on Discord to the host: in order within a channel, and what was missed before what is new."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta

import discord
import structlog
from discord.utils import time_snowflake, utcnow

from adapters.discord.failures import FAILURES
from adapters.discord.watermarks import Place, Watermarks
from bot.adapter import Publish
from bot.errors import FamiliarError
from bot.events import MessageReceived, PlatformEvent

WAITING_IN_ALL = 10_000
"""Events held while the host can't store them. What comes beyond is fetched from the channel's history afterwards."""
MISSED_FOR = timedelta(hours=24)
"""What is older is not answered any more."""
TRIES = 8
PASSING = (*FAILURES, FamiliarError)
"""What may be better in a moment."""

Fetch = Callable[[Place, int, int | None], Awaitable[Sequence[MessageReceived]]]
"""Returns what in a place is newer than the first id, older than the second and wants an answer, oldest first."""

_log = structlog.get_logger(__name__)


class Reader:
    """One lane a channel. A lane first catches up with what was missed, once for every new session of the gateway."""

    def __init__(self, publish: Publish, watermarks: Watermarks, fetch: Fetch) -> None:
        self._publish = publish
        self._watermarks = watermarks
        self._fetch = fetch
        self._shards = 1
        self._sessions: defaultdict[int, int] = defaultdict(int)
        self._caught_up: dict[Place, int] = {}
        self._unsure: set[Place] = set()  # where something may still be missing: their watermarks must not move on
        self._lanes: dict[Place, deque[PlatformEvent | None]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._waiting = 0

    def begin_session(self, shard: int, shards: int) -> None:
        """A session of the gateway began anew: whatever happened before it was missed."""
        self._shards = shards
        self._sessions[shard] += 1

    def take(self, place: Place, event: PlatformEvent | None) -> None:
        """Line an event up, or with None only have a place catch up. Returns at once."""
        lane = self._lanes.get(place)
        if lane is None:
            lane = self._lanes[place] = deque()
            worker = asyncio.create_task(self._work(place, lane))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        elif event is not None and self._waiting >= WAITING_IN_ALL:
            self._caught_up[place] = -1
            return
        _insert(lane, event)
        self._waiting += 1

    async def drain(self, seconds: float) -> None:
        """Wait up to that many seconds until the host has everything, then drop the rest: it can be fetched again."""
        if self._workers:
            _, late = await asyncio.wait(self._workers, timeout=seconds)
            for worker in late:
                worker.cancel()

    async def _work(self, place: Place, lane: deque[PlatformEvent | None]) -> None:
        try:
            while lane:
                event = lane.popleft()
                self._waiting -= 1
                if self._is_behind(place):
                    await self._catch_up(place, event)
                if event is not None:
                    await self._hand_over(place, event)
        finally:
            self._waiting -= len(lane)
            del self._lanes[place]

    def _session(self, place: Place) -> int:
        return self._sessions[((place.guild or 0) >> 22) % self._shards]

    def _is_behind(self, place: Place) -> bool:
        return self._caught_up.get(place, 0) != self._session(place)

    async def _catch_up(self, place: Place, event: PlatformEvent | None) -> None:
        """Hand over what was missed before `event`; what came after it is in the lane, with what is no message."""
        session = self._session(place)
        missed = await self._find_missed(place, None if event is None else _id(event))
        self._unsure.add(place)
        for event in missed or ():
            await self._hand_over(place, event)
        if missed is not None:
            self._unsure.discard(place)
        self._caught_up[place] = session

    async def _find_missed(self, place: Place, before: int | None) -> Sequence[MessageReceived] | None:
        """None where it can't be found out."""
        for wait in delays(TRIES):
            try:
                after = max(await self._watermarks.at(place), time_snowflake(utcnow() - MISSED_FOR))
                return await self._fetch(place, after, before)
            except (discord.Forbidden, discord.NotFound):  # nothing can be read there, so nothing was missed
                return ()
            except PASSING as error:
                _log.warning("can't look for missed messages yet", error=type(error).__name__, next_try_seconds=wait)
                await asyncio.sleep(wait)
            except Exception as error:  # a message of a shape that discord.py does not know
                _log.error("can't look for missed messages", error=type(error).__name__, channel=place.channel)
                break
        return None

    async def _hand_over(self, place: Place, event: PlatformEvent) -> None:
        """Publish an event, again until it is stored; only then is the channel read so far."""
        for wait in delays():
            try:
                await self._publish(event)
                if isinstance(event, MessageReceived) and place not in self._unsure:
                    await self._watermarks.note(place, int(event.message_id))
                return
            except FamiliarError as error:
                _log.warning("an event could not be stored yet", error=type(error).__name__, next_try_seconds=wait)
                await asyncio.sleep(wait)
            except Exception as error:  # it would fail again, and what is behind it must go on
                _log.error("an event can't be handed over", error=type(error).__name__, kind=type(event).__name__)
                return


def _insert(lane: deque[PlatformEvent | None], event: PlatformEvent | None) -> None:
    """At the end; but a message that comes late goes before those that waited for it unknowingly."""
    place = len(lane)
    if isinstance(event, MessageReceived):
        while place and isinstance(later := lane[place - 1], MessageReceived) and _id(later) > _id(event):
            place -= 1
    lane.insert(place, event)


def _id(event: PlatformEvent) -> int:
    """Discord's id of an event; they grow with time. Where it has none, one of its time."""
    return int(event.update_id) if event.update_id.isdecimal() else time_snowflake(event.at)


def delays(count: int | None = None) -> Iterator[float]:
    """Seconds to wait between tries: twice as long each time, up to half a minute. Without a count they don't end."""
    wait = 0.25
    while count is None or count > 0:
        yield wait
        wait = min(30.0, 2 * wait)
        count = None if count is None else count - 1
