from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.bus.event_bus import EventBus
from bot.bus.local import LocalBus
from bot.events import ConversationRef, Event, ModelReloaded, ReplySent


def reply_sent(number: int, conversation: str = "c1") -> ReplySent:
    where = ConversationRef("fake", conversation)
    return ReplySent(at=datetime.now(UTC), reply_id=str(number), conversation=where, message_id=None)


class BusContract(ABC):
    """What every bus keeps to."""

    @abstractmethod
    async def make_bus(self) -> EventBus: ...

    @pytest.fixture
    async def bus(self) -> AsyncIterator[EventBus]:
        bus = await self.make_bus()
        yield bus
        await bus.aclose()

    async def test_a_listener_hears_its_kind_of_event_and_no_other(self, bus: EventBus) -> None:
        heard: list[Event] = []

        async def listen(event: ReplySent) -> None:
            heard.append(event)

        bus.subscribe(ReplySent, listen)
        event = reply_sent(1)
        await bus.publish(ModelReloaded(at=datetime.now(UTC), version="2", previous="1"))
        await bus.publish(event)
        assert await bus.drain(10)
        assert heard == [event]

    async def test_a_listener_to_all_events_hears_every_kind(self, bus: EventBus) -> None:
        heard: list[str] = []

        async def listen(event: Event) -> None:
            heard.append(type(event).__name__)

        bus.subscribe(Event, listen)
        await bus.publish(reply_sent(1))
        await bus.publish(ModelReloaded(at=datetime.now(UTC), version="2", previous="1"))
        assert await bus.drain(10)
        assert sorted(heard) == ["ModelReloaded", "ReplySent"]

    async def test_events_of_a_conversation_are_heard_in_order(self, bus: EventBus) -> None:
        heard: list[tuple[str, int]] = []

        async def listen(event: ReplySent) -> None:
            if int(event.reply_id) % 3 == 0:
                await asyncio.sleep(0)
            heard.append((event.conversation.conversation_id, int(event.reply_id)))

        bus.subscribe(ReplySent, listen)
        for number in range(60):
            await bus.publish(reply_sent(number, f"c{number % 4}"))
        assert await bus.drain(10)
        for conversation in range(4):
            numbers = [number for name, number in heard if name == f"c{conversation}"]
            assert numbers == list(range(conversation, 60, 4))

    async def test_a_slow_listener_delays_neither_publisher_nor_other_conversations(self, bus: EventBus) -> None:
        gate, other_heard = asyncio.Event(), asyncio.Event()

        async def listen(event: ReplySent) -> None:
            if event.conversation.conversation_id == "slow":
                await gate.wait()
            else:
                other_heard.set()

        bus.subscribe(ReplySent, listen)
        await bus.publish(reply_sent(1, "slow"))
        await bus.publish(reply_sent(2, "slow"))
        await bus.publish(reply_sent(3, "other"))
        await asyncio.wait_for(other_heard.wait(), 10)
        gate.set()
        assert await bus.drain(10)

    async def test_a_raising_listener_harms_nobody(self, bus: EventBus) -> None:
        heard: list[str] = []

        async def break_down(event: ReplySent) -> None:
            raise RuntimeError("listener")

        async def listen(event: ReplySent) -> None:
            heard.append(event.reply_id)

        bus.subscribe(ReplySent, break_down)
        bus.subscribe(ReplySent, listen)
        await bus.publish(reply_sent(1))
        await bus.publish(reply_sent(2))
        assert await bus.drain(10)
        assert heard == ["1", "2"]

    async def test_nothing_is_heard_after_unsubscribing(self, bus: EventBus) -> None:
        heard: list[str] = []

        async def listen(event: ReplySent) -> None:
            heard.append(event.reply_id)

        unsubscribe = bus.subscribe(ReplySent, listen)
        await bus.publish(reply_sent(1))
        assert await bus.drain(10)
        unsubscribe()
        unsubscribe()
        await bus.publish(reply_sent(2))
        assert await bus.drain(10)
        assert heard == ["1"]

    async def test_publishing_without_listeners_is_fine(self, bus: EventBus) -> None:
        await bus.publish(reply_sent(1))
        assert await bus.drain(10)


class TestLocalBus(BusContract):
    async def make_bus(self) -> EventBus:
        return LocalBus()

    async def test_a_stuck_listener_holds_a_bounded_number_of_facts(self) -> None:
        bus = LocalBus(per_conversation=5, in_all=10)
        gate = asyncio.Event()
        heard: list[str] = []

        async def listen(event: ReplySent) -> None:
            await gate.wait()
            heard.append(event.reply_id)

        bus.subscribe(ReplySent, listen)
        for number in range(100):
            await bus.publish(reply_sent(number))
        gate.set()
        assert await bus.drain(10)
        assert heard == ["0", "1", "2", "3", "4"]
        await bus.aclose()
