"""Delivers replies: in order within a conversation, platforms apart, and never twice where that can be helped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Literal

import structlog

from bot.adapter import Adapter
from bot.backoff import Sleep, delays, until_available
from bot.bus.event_bus import EventBus
from bot.errors import DeliveryError, DeliveryRefusedError, DeliveryUncertainError, SettingsError
from bot.events import ConversationRef, Delivery, ReplySent
from bot.lanes import Lanes
from bot.logs import describe
from bot.marks import StoredMarks
from bot.waiting import first_of

if TYPE_CHECKING:
    from bot.store.store import Store

TRIES = 12
"""Attempts at one delivery: with their waits about four minutes, longer than platforms' usual hiccups."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """The platform has the reply."""

    message_id: str | None


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The reply is not delivered, or nobody can tell (`ambiguous`), or nobody wants it any more (`withdrawn`)."""

    status: Literal["failed", "ambiguous", "withdrawn"]
    reason: str


class Sender:
    """Takes deliveries that are stored in the outbox and sees each to its end there."""

    def __init__(
        self,
        store: Store,
        bus: EventBus,
        adapters: Mapping[str, Adapter],
        *,
        waiting_per_conversation: int,
        waiting_in_all: int,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Send through the adapter of each delivery's platform."""
        self._store = store
        self._bus = bus
        self._adapters = adapters
        self._sleep = sleep
        self._marks = StoredMarks(store, sleep)
        for adapter in adapters.values():
            adapter.marks = self._marks
        self._held = {platform: asyncio.Event() for platform in adapters}
        self._lanes = {
            platform: Lanes[Delivery](self._deliver, per_key=waiting_per_conversation, in_all=waiting_in_all)
            for platform in adapters
        }
        self._unsent: dict[tuple[ConversationRef, str], str] = {}
        self._withdrawn: set[str] = set()

    def has_room(self, conversation: ConversationRef) -> bool:
        """Whether replies for a conversation leave fast enough for more to be made."""
        return self._lanes[conversation.platform].has_room(conversation.conversation_id)

    def add(self, delivery: Delivery) -> None:
        """Deliver a reply after those of its conversation that were added before."""
        if delivery.reply_to is not None:
            self._unsent[delivery.conversation, delivery.reply_to] = delivery.nonce
        self._lanes[delivery.conversation.platform].add(delivery.conversation.conversation_id, delivery)

    def hold(self, platform: str) -> None:
        """Begin no further send on a platform that is down for good: its replies stay in the outbox."""
        self._held[platform].set()

    def is_unsent(self, conversation: ConversationRef, message_id: str) -> bool:
        """Whether the reply to a message is still here."""
        return (conversation, message_id) in self._unsent

    def withdraw(self, conversation: ConversationRef, message_id: str) -> None:
        """Don't send the reply to a message, if that is still here. A send that has begun goes on."""
        nonce = self._unsent.get((conversation, message_id))
        if nonce is not None:
            self._withdrawn.add(nonce)

    async def recover(self, platforms: Iterable[str]) -> None:
        """Take up what an earlier process left in the outbox.

        Where it may have been sent already and the platform would show it twice, it is marked `ambiguous` instead.
        """
        undelivered = await self._store.list_undelivered(tuple(platforms))
        ambiguous = [each for each in undelivered if each.attempted and not self._deduplicates(each.delivery)]
        for pending in ambiguous:
            await self._record(pending.delivery, GivenUp("ambiguous", "the process ended while it was being sent"))
        if ambiguous:
            _log.warning("replies may have been sent before the last stop and are held back", count=len(ambiguous))
        for pending in undelivered:
            if pending not in ambiguous:
                self.add(pending.delivery)

    async def drain(self, seconds: float | None = None) -> bool:
        """Wait up to that many seconds until everything is sent; return whether that was reached."""
        return all(await asyncio.gather(*(lanes.drain(seconds) for lanes in self._lanes.values())))

    async def aclose(self) -> None:
        """Stop sending. What is left stays in the outbox."""
        await asyncio.gather(*(lanes.aclose() for lanes in self._lanes.values()))

    async def _deliver(self, delivery: Delivery) -> None:
        end = await self._send(delivery)
        if end is not None:
            await self._record(delivery, end)
        self._withdrawn.discard(delivery.nonce)
        if delivery.reply_to is not None:
            self._unsent.pop((delivery.conversation, delivery.reply_to), None)

    async def _send(self, delivery: Delivery) -> Arrived | GivenUp | None:
        """Return what became of a reply, or None where its platform is held."""
        adapter = self._adapters[delivery.conversation.platform]
        reason, wait = "", 0.0
        for delay in islice(delays(), TRIES):
            if await self._is_held(adapter.name, wait):
                return None
            if delivery.nonce in self._withdrawn:
                return GivenUp("withdrawn", "the message it answers was deleted")
            wait = delay
            try:
                return Arrived(await self._attempt(adapter, delivery))
            except SettingsError as error:
                _log.error("replies are held until the next start", adapter=adapter.name, reason=str(error))
                self.hold(adapter.name)
            except DeliveryRefusedError as error:
                return GivenUp("failed", str(error))
            except DeliveryError as error:
                if isinstance(error, DeliveryUncertainError) and not self._deduplicates(delivery):
                    return GivenUp("ambiguous", str(error))
                reason, wait = str(error), max(delay, error.retry_after or 0.0)
            except Exception as error:  # an adapter's fault: it can't say whether the reply left
                _log.error("an adapter failed to send", adapter=adapter.name, **describe(error))
                reason = type(error).__name__
                if not self._deduplicates(delivery):
                    return GivenUp("ambiguous", reason)
        if await self._is_held(adapter.name):
            return None
        return GivenUp("failed", f"given up after {TRIES} tries: {reason}")

    async def _attempt(self, adapter: Adapter, delivery: Delivery) -> str | None:
        """Send once, marked as long as the reply may be with a platform that would show a repeat."""
        if self._deduplicates(delivery) or adapter.capabilities.marks_sends:
            return await adapter.send(delivery)
        await self._marks.set(delivery.nonce)
        try:
            return await adapter.send(delivery)
        except (DeliveryError, SettingsError) as error:
            if not isinstance(error, DeliveryUncertainError):
                await self._marks.withdraw(delivery.nonce)
            raise

    async def _is_held(self, platform: str, seconds: float = 0.0) -> bool:
        """Wait so many seconds, or until a platform is held, and return whether it is."""
        held = self._held[platform]
        if seconds and not held.is_set():
            await first_of(self._sleep(seconds), held.wait())
        return held.is_set()

    async def _record(self, delivery: Delivery, end: Arrived | GivenUp) -> None:
        if isinstance(end, GivenUp):
            log = _log.info if end.status == "withdrawn" else _log.error
            log("a reply was not delivered", conversation=str(delivery.conversation), status=end.status)
            await until_available(
                lambda: self._store.save_undelivered(delivery.nonce, end.status, end.reason), self._sleep
            )
            return
        await until_available(lambda: self._store.save_delivered(delivery.nonce, end.message_id), self._sleep)
        await self._bus.publish(
            ReplySent(
                at=datetime.now(UTC),
                reply_id=delivery.nonce,
                conversation=delivery.conversation,
                message_id=end.message_id,
            )
        )

    def _deduplicates(self, delivery: Delivery) -> bool:
        return self._adapters[delivery.conversation.platform].capabilities.deduplicates_sends
