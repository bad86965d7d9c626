"""Long polling on our own loop: an update is confirmed to Telegram only after the host has stored it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import repeat
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from adapters.telegram.client import REVOKED, Client, seconds_to_wait
from bot.errors import SettingsError

Raw = dict[str, Any]
Take = Callable[[list[Raw]], Awaitable[int | None]]
"""Stores updates. Returns None, or the id of the first that could not be stored."""
Tell = Callable[[bool], None]
"""Told whether Telegram answers."""

POLL_SECONDS = 50
PROBATION_SECONDS = 10.0
"""Whoever has polled for less time than this gives way to another poller."""
MOST_CONFLICTS = 20
"""So often one that has polled for longer holds its place: the other one won't give way."""
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
SECOND_POLLER = (
    "another program receives the updates of this Telegram bot: stop it, or get a token of its own for this one from "
    "@BotFather with /newbot"
)


class Poller:
    """Fetches updates until it is cancelled."""

    def __init__(self, client: Client, take: Take, tell: Tell) -> None:
        self._client = client
        self._take = take
        self._tell = tell
        self._conflicts = 0
        self._since = time.monotonic()

    async def run(self) -> None:
        """Poll. Raises SettingsError when the token is revoked or another program polls with it."""
        offset, waits = 0, _waits()
        while True:
            try:
                updates = await self._client.fetch_updates(offset, POLL_SECONDS)
            except InvalidToken:
                raise SettingsError(REVOKED) from None
            except Conflict:
                await self._hold_place()
                continue
            except RetryAfter as error:
                await asyncio.sleep(seconds_to_wait(error))
                continue
            except TelegramError:
                self._tell(False)
                await asyncio.sleep(next(waits))
                continue
            self._tell(True)
            failed = await self._take(updates)
            if failed is None:
                waits = _waits()
                offset = max((offset, *(update["update_id"] + 1 for update in updates)))
            else:
                offset = failed
                await asyncio.sleep(next(waits))

    async def _hold_place(self) -> None:
        """The newest poll ends an older one: poll again, and the newcomer is the one who is refused and leaves."""
        self._conflicts += 1
        if time.monotonic() - self._since < PROBATION_SECONDS or self._conflicts > MOST_CONFLICTS:
            raise SettingsError(SECOND_POLLER)
        _log.warning("another program tries to receive this bot's updates")
        await asyncio.sleep(WAITS[0])


def _waits() -> Iterator[float]:
    yield from WAITS
    yield from repeat(WAITS[-1])


_log = structlog.get_logger(__name__)
