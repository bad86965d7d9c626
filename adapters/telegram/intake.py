"""Takes updates in: translated, and stored by the host before anybody confirms them to Telegram."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import structlog
from telegram import Bot, Update

from adapters.telegram.convert import to_event
from adapters.telegram.places import Askers, Press
from adapters.telegram.presses import Presses
from adapters.telegram.reading import Me
from bot.adapter import Publish
from bot.errors import StoreCorruptError, StoreError, StoreUnavailableError
from bot.events import ConversationRef, PlatformEvent

Raw = dict[str, Any]
"""An update as it came over the wire."""

_log = structlog.get_logger(__name__)


class Intake:
    """The way of an update into the host."""

    def __init__(self, bot: Bot, me: Me, publish: Publish, presses: Presses, askers: Askers) -> None:
        """Hand events to `publish`. Presses and askers are told what they need for answering."""
        self._bot = bot
        self._me = me
        self._publish = publish
        self._presses = presses
        self._askers = askers

    async def take_all(self, updates: list[Raw]) -> int | None:
        """Store updates: those of a conversation in order, conversations side by side.

        Returns None, or the id of the first update that could not be stored: it has to come again, and those after it
        may.
        """
        lanes: dict[ConversationRef, list[tuple[int, PlatformEvent]]] = {}
        for update in sorted(updates, key=lambda update: update["update_id"]):
            if event := self._read(update):
                lanes.setdefault(event.conversation, []).append((update["update_id"], event))
        failed = await asyncio.gather(*map(self._take_in_order, lanes.values()))
        return min((id_ for id_ in failed if id_ is not None), default=None)

    async def take(self, update: Raw) -> bool:
        """Store one update. Returns False where it could not be stored and has to come again."""
        event = self._read(update)
        return event is None or await self._take_in_order([(0, event)]) is None

    async def hand_over(self, event: PlatformEvent) -> None:
        """Have the host store an event. Raises StoreError."""
        self._askers.note(event)
        await self._publish(event)
        if press := Press.read(event.reply_token):
            self._presses.expect(press.id)

    async def _take_in_order(self, lane: list[tuple[int, PlatformEvent]]) -> int | None:
        for id_, event in lane:
            try:
                await self.hand_over(event)
            except (StoreUnavailableError, StoreCorruptError):
                return id_
            except StoreError as error:  # this very thing can't be stored, and never could
                _log.error("an update is passed over", update_id=event.update_id, reason=str(error))
        return None

    def _read(self, update: Raw) -> PlatformEvent | None:
        """Translate an update. One that can't be read is passed over: it must not hold up the others."""
        try:
            return to_event(Update.de_json(update, self._bot), self._me, datetime.now(UTC))
        except Exception as error:  # whatever the library or the translation stumbles over
            _log.warning("an update can't be read", update_id=update.get("update_id"), error=type(error).__name__)
            return None
