"""Takes events in, has each answered in its conversation's order, and commits what came of it before it is sent."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import structlog

from bot.answer import NOTHING, Answer, host_says
from bot.answers import Answerer
from bot.backoff import Sleep, until_available
from bot.bus.event_bus import EventBus
from bot.cleaning import clean_reply
from bot.errors import ModelUnavailableError
from bot.events import (
    ActionInvoked,
    CommandInvoked,
    ConversationMigrated,
    ConversationRef,
    Delivery,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PlatformEvent,
)
from bot.history import RecentTurns
from bot.intake import Intake
from bot.lanes import Lanes
from bot.limiter import Limiter
from bot.plugin import Turn
from bot.revisions import Revisions
from bot.sender import Sender
from bot.settings import Settings
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
        settings: Settings,
        store: Store,
        bus: EventBus,
        answerer: Answerer,
        sender: Sender,
        history: RecentTurns,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Hold at most as many waiting events as the settings say."""
        self._store = store
        self._bus = bus
        self._answerer = answerer
        self._sender = sender
        self._history = history
        self._sleep = sleep
        self._intake = Intake(settings)
        self._limiter = Limiter(settings.limits)
        self._revisions = Revisions()
        self._moved: dict[ConversationRef, ConversationRef] = {}
        self._taking = True
        self._lanes = Lanes[StoredEvent](
            self._handle,
            per_key=settings.limits.waiting_per_conversation,
            in_all=settings.limits.waiting_in_all,
        )

    async def accept(self, event: PlatformEvent) -> None:
        """Store an event and line it up; this is what adapters get as `publish`.

        Returns once the event is safe. What comes again or is none of the bot's business is passed over. Raises
        StoreError when the event could not be stored.
        """
        taken = self._intake.take(event)
        if taken is None or self._comes_too_late(taken):
            return
        inbox_id = await self._store.save_event(taken)
        if inbox_id is None:
            return
        await self._bus.publish(taken)
        stored = StoredEvent(inbox_id, taken)
        if not self._admits(taken):
            await self._shed(stored)
        elif self._taking:
            self._line_up(stored)
        else:  # it is in the inbox, for the next start
            self._note(taken)

    def recover(self, unfinished: Iterable[StoredEvent]) -> None:
        """Line up what an earlier process stored and did not finish, oldest first. None of it is shed."""
        for stored in unfinished:
            self._line_up(stored)

    def stop_taking(self) -> None:
        """From now on only store events."""
        self._taking = False

    async def drain(self, seconds: float | None = None) -> bool:
        """Wait up to that many seconds until all events are handled; return whether that was reached."""
        return await self._lanes.drain(seconds)

    async def aclose(self) -> None:
        """Drop what waits; it stays in the inbox."""
        await self._lanes.aclose()

    def _comes_too_late(self, event: PlatformEvent) -> bool:
        """Whether a message was changed that has its answer already, or never was the bot's business."""
        if not isinstance(event, MessageEdited | MessageDeleted) or self._revisions.concerns(event):
            return False
        unsent = isinstance(event, MessageDeleted) and self._sender.is_unsent(event.conversation, event.message_id)
        return not unsent

    def _admits(self, event: PlatformEvent) -> bool:
        if not event.author.ref.user_id:  # the platform's own word, as when a group gets another id
            return True
        lane = str(event.conversation)
        return self._limiter.takes(event) and self._sender.has_room(event.conversation) and self._lanes.has_room(lane)

    def _line_up(self, stored: StoredEvent) -> None:
        self._note(stored.event)
        self._lanes.add(str(stored.event.conversation), stored)

    def _note(self, event: PlatformEvent) -> None:
        if isinstance(event, MessageReceived):
            self._revisions.begin(event)
        elif isinstance(event, MessageEdited | MessageDeleted):
            self._revisions.note(event)
            if isinstance(event, MessageDeleted):
                self._sender.withdraw(event.conversation, event.message_id)

    async def _shed(self, stored: StoredEvent) -> None:
        event = stored.event
        waits_for_word = isinstance(event, MessageReceived | CommandInvoked | ActionInvoked)
        owed = waits_for_word and (self._limiter.owes_a_word(event) or event.reply_token is not None)
        await self._commit(stored, host_says(SLOW_DOWN, ephemeral=True) if owed else NOTHING, "shed")

    async def _handle(self, stored: StoredEvent) -> None:
        if isinstance(stored.event, ConversationMigrated):
            await self._move(stored.event)
        try:
            event, answer = await self._answer(stored.event)
            if (moved_to := self._moved.get(event.conversation)) is not None:
                event = dataclasses.replace(event, conversation=moved_to)
            await self._commit(StoredEvent(stored.inbox_id, event), answer, answer.status)
            self._remember(event, answer)
        except ModelUnavailableError:
            _log.error("no model to answer with; the message waits in the inbox", inbox_id=stored.inbox_id)
        finally:
            if isinstance(stored.event, MessageReceived):
                self._close(stored.event)

    async def _answer(self, event: PlatformEvent) -> tuple[PlatformEvent, Answer]:
        """Return the answer, and the event as it was answered: a message may be edited or deleted meanwhile."""
        if not isinstance(event, MessageReceived):
            return event, await self._answerer.answer(event)
        while (latest := self._revisions.latest(event)) is not None:
            answer = await self._answerer.answer(latest)
            if self._revisions.latest(event) is latest:
                return latest, answer
        return event, NOTHING

    def _close(self, message: MessageReceived) -> None:
        if self._revisions.latest(message) is None:  # deleted while the answer was committed
            self._sender.withdraw(message.conversation, message.message_id)
        self._revisions.end(message)

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

    async def _move(self, event: ConversationMigrated) -> None:
        old, new = event.old, event.conversation
        await until_available(lambda: self._store.move_conversation(old, new), self._sleep)
        self._moved[old] = new
        self._history.forget_conversations(old, new)
        _log.warning(
            "a conversation got another id; settings that name the old one need it", old=str(old), new=str(new)
        )

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
