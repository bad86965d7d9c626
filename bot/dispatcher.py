"""Takes events in and has each brought to its end in its conversation's order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.answer import NOTHING, host_says_about
from bot.bus.event_bus import EventBus
from bot.events import (
    ActionInvoked,
    CommandInvoked,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PlatformEvent,
)
from bot.intake import Intake
from bot.lanes import Lanes
from bot.limiter import Limiter
from bot.order import was_written_before
from bot.outcomes import Outcomes
from bot.revisions import Revisions
from bot.sender import Sender
from bot.settings import Settings
from bot.store.outcome import StoredEvent

if TYPE_CHECKING:
    from bot.store.store import Store

SLOW_DOWN = "That was a lot at once; give me a moment and write again."
AWAITS_WORD = (MessageReceived, CommandInvoked, ActionInvoked)
"""Who does these is told when they are set aside."""


class Dispatcher:
    """From an adapter's `publish` to the outcome: one conversation in order, many side by side."""

    def __init__(
        self, settings: Settings, store: Store, bus: EventBus, outcomes: Outcomes, sender: Sender, revisions: Revisions
    ) -> None:
        """Hold at most as many waiting events as the settings say."""
        self._store = store
        self._bus = bus
        self._outcomes = outcomes
        self._sender = sender
        self._revisions = revisions
        self._intake = Intake(settings)
        self._limiter = Limiter(settings.limits)
        self._taking = True
        limits = settings.limits
        self._lanes = Lanes[StoredEvent](
            outcomes.reach,
            per_key=limits.waiting_per_conversation,
            in_all=limits.waiting_in_all,
            goes_before=lambda stored, waiting: was_written_before(stored.event, waiting.event),
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
        if not self._taking:
            self._note(taken)  # what is being answered may have changed; the rest is for the next start
        elif self._admits(taken):
            self._line_up(stored)
        else:
            await self._shed(stored)

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
        told = isinstance(event, AWAITS_WORD) and (event.reply_token is not None or self._limiter.owes_a_word(event))
        await self._outcomes.commit(stored, host_says_about(event, SLOW_DOWN) if told else NOTHING, "shed")
