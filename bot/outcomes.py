"""Brings each event to its end: it is answered, and what came of it is committed before it is sent."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Literal

import structlog

from bot.answer import NOTHING, Answer
from bot.answers import Answerer
from bot.backoff import Sleep, until_available
from bot.cleaning import clean_reply
from bot.errors import ModelUnavailableError
from bot.events import (
    CommandInvoked,
    ConversationMigrated,
    ConversationRef,
    Delivery,
    MessageReceived,
    PlatformEvent,
)
from bot.history import RecentTurns
from bot.plugin import Turn
from bot.revisions import Revisions
from bot.sender import Sender
from bot.store.ids import new_id
from bot.store.outcome import Outcome, StoredEvent

if TYPE_CHECKING:
    from bot.store.store import Store

_log = structlog.get_logger(__name__)


class Outcomes:
    """From a stored event to its committed outcome."""

    def __init__(
        self,
        store: Store,
        answerer: Answerer,
        sender: Sender,
        history: RecentTurns,
        revisions: Revisions,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._store = store
        self._answerer = answerer
        self._sender = sender
        self._history = history
        self._revisions = revisions
        self._sleep = sleep
        self._moved: dict[ConversationRef, ConversationRef] = {}

    async def reach(self, stored: StoredEvent) -> None:
        """Answer an event and see to the answer. One that takes a model, where there is none, stays in the inbox."""
        if isinstance(stored.event, ConversationMigrated):
            await self._move(stored.event)
        try:
            event, answer = await self._answer(stored.event)
            if (moved_to := self._moved.get(event.conversation)) is not None:
                event = dataclasses.replace(event, conversation=moved_to)
            await self.commit(StoredEvent(stored.inbox_id, event), answer, answer.status)
            self._remember(event, answer)
        except ModelUnavailableError:
            _log.error("no model to answer with; the message waits in the inbox", inbox_id=stored.inbox_id)
        finally:
            if isinstance(stored.event, MessageReceived):
                self._close(stored.event)

    async def commit(self, stored: StoredEvent, answer: Answer, status: Literal["done", "shed", "failed"]) -> None:
        """End an event with an answer, and have that sent once it is stored."""
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

    async def _move(self, event: ConversationMigrated) -> None:
        old, new = event.old, event.conversation
        await until_available(lambda: self._store.move_conversation(old, new), self._sleep)
        self._moved[old] = new  # for what was lined up under the old id
        self._history.forget_conversations(old, new)
        _log.warning("a conversation has another id now; settings may name the old one", old=str(old), new=str(new))

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
