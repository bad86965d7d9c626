"""Takes events in, has each answered in its conversation's order, and commits what came of it before it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import structlog

from bot.answers import Answer, Answerer
from bot.backoff import Sleep, until_available
from bot.bus.event_bus import EventBus
from bot.cleaning import clean_event, clean_reply
from bot.errors import ModelUnavailableError
from bot.events import CommandInvoked, Delivery, MessageReceived, PlatformEvent, Reply
from bot.history import RecentTurns
from bot.lanes import Lanes
from bot.limiter import Limiter
from bot.plugin import Turn
from bot.sender import Sender
from bot.settings import LimitSettings
from bot.store.ids import new_id
from bot.store.outcome import Outcome, StoredEvent

if TYPE_CHECKING:
    from bot.store.store import Store

SLOW_DOWN = "That was a lot at once; give me a moment and write again."

_log = structlog.get_logger(__name__)


class Dispatcher:
    """From an event to its committed outcome: one conversation in order, many side by side."""

    def __init__(
        self,
        settings: LimitSettings,
        store: Store,
        bus: EventBus,
        answerer: Answerer,
        sender: Sender,
        history: RecentTurns,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Hold at most as many waiting events as the settings say."""
        self._longest = settings.message_length
        self._store = store
        self._bus = bus
        self._answerer = answerer
        self._sender = sender
        self._history = history
        self._sleep = sleep
        self._limiter = Limiter(settings)
        self._taking = True
        self._lanes = Lanes[StoredEvent](
            self._handle, per_key=settings.waiting_per_conversation, in_all=settings.waiting_in_all
        )

    async def accept(self, event: PlatformEvent) -> None:
        """Store an event and line it up; this is what adapters get as `publish`.

        Returns once the event is safe. What comes again or from a bot is passed over. Raises StoreError when the
        event could not be stored.
        """
        if event.author.is_bot:
            return
        event = clean_event(event, self._longest)
        inbox_id = await self._store.save_event(event)
        if inbox_id is None:
            return
        await self._bus.publish(event)
        if not self._taking:
            return  # it is in the inbox, for the next start
        stored = StoredEvent(inbox_id, event)
        if not (
            self._limiter.takes(event)
            and self._sender.has_room(event.conversation)
            and self._lanes.offer(str(event.conversation), stored)
        ):
            await self._shed(stored)

    async def recover(self, platforms: Iterable[str]) -> None:
        """Line up what an earlier process stored and did not finish. None of it is shed."""
        for stored in await self._store.list_unfinished_events(tuple(platforms)):
            self._lanes.add(str(stored.event.conversation), stored)

    def stop_taking(self) -> None:
        """From now on only store events."""
        self._taking = False

    async def drain(self, seconds: float | None = None) -> bool:
        """Wait up to that many seconds until all events are handled; return whether that was reached."""
        return await self._lanes.drain(seconds)

    async def aclose(self) -> None:
        """Drop what waits; it stays in the inbox."""
        await self._lanes.aclose()
        self._answerer.close()

    async def _shed(self, stored: StoredEvent) -> None:
        reply = Reply(SLOW_DOWN) if self._limiter.owes_a_word(stored.event) else None
        await self._commit(stored, Answer(reply, "host"), "shed")

    async def _handle(self, stored: StoredEvent) -> None:
        try:
            answer = await self._answerer.answer(stored.event)
        except ModelUnavailableError:
            _log.error("no model to answer with; the message waits in the inbox", inbox_id=stored.inbox_id)
            return
        await self._commit(stored, answer, answer.status)
        self._remember(stored.event, answer)

    async def _commit(self, stored: StoredEvent, answer: Answer, status: Literal["done", "shed", "failed"]) -> None:
        delivery = _delivery(stored.event, answer)
        outcome = Outcome(
            inbox_id=stored.inbox_id,
            event=stored.event,
            status=status,
            delivery=delivery,
            source=answer.source,
            model_version=answer.model_version,
            given=answer.given,
            spoken=answer.spoken,
            forgets=self._answerer.memory_of(stored.event) if answer.forgets_conversation else None,
        )
        await until_available(lambda: self._store.save_outcome(outcome), self._sleep)
        if delivery is not None:
            self._sender.add(delivery)

    def _remember(self, event: PlatformEvent, answer: Answer) -> None:
        if answer.forgets_conversation:
            self._history.forget(self._answerer.memory_of(event))
        elif answer.spoken and isinstance(event, MessageReceived):
            said = (Turn(None, answer.reply.text),) if answer.reply is not None else ()
            self._history.add(self._answerer.memory_of(event), Turn(event.author.name, event.text), *said)


def _delivery(event: PlatformEvent, answer: Answer) -> Delivery | None:
    if answer.reply is None:
        return None
    reply_to = event.message_id if isinstance(event, MessageReceived | CommandInvoked) else None
    return Delivery(str(new_id()), event.conversation, clean_reply(answer.reply), reply_to, event.reply_token)
