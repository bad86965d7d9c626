from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.bus.local import LocalBus
from bot.errors import (
    DeliveryError,
    DeliveryRefusedError,
    DeliveryUncertainError,
    SettingsError,
    StoreUnavailableError,
)
from bot.events import Delivery, Reply, ReplySent
from bot.sender import TRIES, Sender
from bot.settings import Settings
from bot.store.ids import new_id
from bot.store.outcome import Outcome
from bot.store.store import Store
from bot.testing import FakeAdapter
from bot.waiting import first_of


class Bench:
    """A sender on a real store, with a clock that only notes how long it was asked to wait."""

    def __init__(self, store: Store, *adapters: FakeAdapter) -> None:
        self.store = store
        self.waits: list[float] = []
        self.halt = asyncio.Event()
        self.halt.set()
        self._waiting = asyncio.Event()
        self.bus = LocalBus()
        self.sender = Sender(
            store,
            self.bus,
            {adapter.name: adapter for adapter in adapters},
            waiting_per_conversation=32,
            waiting_in_all=1000,
            sleep=self._sleep,
        )

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._waiting.set()
        await self.halt.wait()
        await asyncio.sleep(0)

    async def until_waiting_or_idle(self) -> None:
        """Return once a try has failed, whether another one is waited for or not."""
        await asyncio.wait_for(first_of(self._waiting.wait(), self.sender.drain()), 10)

    async def commit(self, adapter: FakeAdapter, text: str, conversation: str = "c1") -> Delivery:
        """Leave a reply in the outbox, as the dispatcher does."""
        event = adapter.make_event("hello", conversation=conversation)
        inbox_id = await self.store.save_event(event)
        assert inbox_id is not None
        delivery = Delivery(str(new_id()), event.conversation, Reply(text))
        await self.store.save_outcome(Outcome(inbox_id=inbox_id, event=event, status="done", delivery=delivery))
        return delivery

    async def send(self, adapter: FakeAdapter, text: str, conversation: str = "c1") -> None:
        self.sender.add(await self.commit(adapter, text, conversation))
        assert await self.sender.drain(10)

    async def outbox(self) -> dict[str, int]:
        return (await self.store.count_by_status())["outbox"]


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[Store]:
    store = await Store.open(settings.database)
    yield store
    await store.aclose()


def texts(adapter: FakeAdapter) -> list[str]:
    return [sent.reply.text for sent in adapter.arrived]


async def test_a_failed_send_is_tried_again_ever_later_with_the_same_nonce(store: Store) -> None:
    adapter = FakeAdapter()
    bench = Bench(store, adapter)
    adapter.fail_next(*(DeliveryError("down") for _ in range(3)))
    await bench.send(adapter, "hello")
    assert bench.waits == [0.5, 1.0, 2.0]
    assert len({attempt.nonce for attempt in adapter.attempts}) == 1
    assert texts(adapter) == ["hello"]
    assert await bench.outbox() == {"sent": 1}


async def test_it_waits_as_long_as_the_platform_asks(store: Store) -> None:
    adapter = FakeAdapter()
    bench = Bench(store, adapter)
    adapter.fail_next(DeliveryError("slow down", retry_after=17.5))
    await bench.send(adapter, "hello")
    assert bench.waits == [17.5]


async def test_fault_04_a_minute_in_which_half_of_all_sends_are_refused_costs_no_reply(store: Store) -> None:
    """Each try waits as long as it was told to, and the order of each conversation stays."""

    class Busy(FakeAdapter):
        async def send(self, delivery: Delivery) -> str | None:
            calls.append((delivery.nonce, sum(bench.waits)))
            if sum(bench.waits) < 60 and len(calls) % 2:
                raise DeliveryError("429", retry_after=1.5)
            return await super().send(delivery)

    calls: list[tuple[str, float]] = []
    adapter = Busy(deduplicates_sends=False)
    bench = Bench(store, adapter)
    for number in range(100):
        bench.sender.add(await bench.commit(adapter, str(number), f"c{number % 5}"))
    assert await bench.sender.drain(30)
    assert await bench.outbox() == {"sent": 100}
    assert sum(bench.waits) >= 60
    assert min(bench.waits) >= 1.5
    for conversation in range(5):
        sent = [each.reply.text for each in adapter.arrived if each.conversation.conversation_id == f"c{conversation}"]
        assert sent == [str(number) for number in range(conversation, 100, 5)]


async def test_a_refused_reply_is_not_tried_again(store: Store) -> None:
    adapter = FakeAdapter()
    bench = Bench(store, adapter)
    adapter.fail_next(DeliveryRefusedError("blocked"))
    await bench.send(adapter, "hello")
    assert len(adapter.attempts) == 1
    assert await bench.outbox() == {"failed": 1}


async def test_it_gives_up_after_a_bounded_number_of_tries_and_goes_on(store: Store) -> None:
    adapter = FakeAdapter()
    bench = Bench(store, adapter)
    adapter.fail_next(*(DeliveryError("down") for _ in range(TRIES)))
    await bench.send(adapter, "lost")
    await bench.send(adapter, "next")
    assert texts(adapter) == ["next"]
    assert sum(bench.waits) > 60  # a platform may be away for a minute without a loss
    assert await bench.outbox() == {"failed": 1, "sent": 1}


@pytest.mark.parametrize("failure", [DeliveryUncertainError("connection lost"), RuntimeError("a bug")])
async def test_an_uncertain_send_is_repeated_where_the_platform_drops_repeats(store: Store, failure: Exception) -> None:
    adapter = FakeAdapter(deduplicates_sends=True)
    bench = Bench(store, adapter)
    adapter.fail_next(failure)
    await bench.send(adapter, "hello")
    assert len(adapter.attempts) == 2
    assert texts(adapter) == ["hello"]
    assert await bench.outbox() == {"sent": 1}


@pytest.mark.parametrize("failure", [DeliveryUncertainError("connection lost"), RuntimeError("a bug")])
async def test_an_uncertain_send_is_marked_where_a_repeat_would_show(store: Store, failure: Exception) -> None:
    adapter = FakeAdapter(deduplicates_sends=False)
    bench = Bench(store, adapter)
    adapter.fail_next(failure)
    await bench.send(adapter, "hello")
    assert len(adapter.attempts) == 1
    assert await bench.outbox() == {"ambiguous": 1}


@pytest.mark.parametrize("failure", [DeliveryError("wait", retry_after=60), SettingsError("the token was revoked")])
async def test_a_send_that_the_platform_did_not_take_counts_as_never_begun(store: Store, failure: Exception) -> None:
    adapter = FakeAdapter(deduplicates_sends=False)
    bench = Bench(store, adapter)
    adapter.fail_next(failure)
    bench.halt.clear()
    delivery = await bench.commit(adapter, "hello")
    bench.sender.add(delivery)
    await bench.until_waiting_or_idle()
    assert await bench.outbox() == {"pending": 1}
    await bench.sender.aclose()  # a kill leaves the same
    successor = Bench(store, adapter)
    await successor.sender.recover(["fake"])
    assert await successor.sender.drain(10)
    assert adapter.arrived == [delivery]
    assert await bench.outbox() == {"sent": 1}


async def test_an_adapter_that_marks_its_sends_is_believed(store: Store) -> None:
    class Marking(FakeAdapter):
        async def send(self, delivery: Delivery) -> str | None:
            seen.append(await bench.outbox())
            await self.marks.set(delivery.nonce)
            seen.append(await bench.outbox())
            await self.marks.withdraw(delivery.nonce)
            seen.append(await bench.outbox())
            return await super().send(delivery)

    seen: list[dict[str, int]] = []
    adapter = Marking(deduplicates_sends=False, marks_sends=True)
    bench = Bench(store, adapter)
    await bench.send(adapter, "hello")
    assert seen == [{"pending": 1}, {"sending": 1}, {"pending": 1}]
    assert await bench.outbox() == {"sent": 1}


async def test_fault_05_replies_of_a_platform_that_is_down_for_good_wait_for_the_next_start(store: Store) -> None:
    down, up = FakeAdapter(name="down"), FakeAdapter(name="up")
    bench = Bench(store, down, up)
    down.fail_next(*(DeliveryError("401") for _ in range(TRIES)))
    bench.halt.clear()
    for conversation in ("c1", "c1", "c2"):
        bench.sender.add(await bench.commit(down, "hello", conversation))
    await bench.until_waiting_or_idle()
    bench.sender.hold("down")  # while it waits for another try, which nobody needs to wait for now
    assert await asyncio.wait_for(bench.sender.drain(), 10)
    bench.halt.set()
    bench.sender.add(await bench.commit(down, "hello", "c3"))
    await bench.send(up, "hello")
    assert len(down.attempts) == 2
    assert await bench.outbox() == {"pending": 4, "sent": 1}
    successor = Bench(store, mended := FakeAdapter(name="down"))
    await successor.sender.recover(["down"])
    assert await successor.sender.drain(10)
    assert texts(mended) == ["hello"] * 4


async def test_fault_05_what_a_send_says_of_its_settings_holds_all_others(store: Store) -> None:
    adapter = FakeAdapter()
    bench = Bench(store, adapter)
    adapter.fail_next(SettingsError("the token was revoked"))
    for _ in range(3):
        await bench.send(adapter, "hello")
    assert len(adapter.attempts) == 1
    assert bench.waits == []
    assert await bench.outbox() == {"pending": 3}


async def test_replies_of_a_conversation_arrive_in_order_and_others_overtake(store: Store) -> None:
    adapter = FakeAdapter()
    bench = Bench(store, adapter)
    adapter.fail_next(DeliveryError("down"))
    for conversation, text in (("c1", "a"), ("c1", "b"), ("c2", "x")):
        bench.sender.add(await bench.commit(adapter, text, conversation))
    assert await bench.sender.drain(10)
    assert [text for text in texts(adapter) if text != "x"] == ["a", "b"]


async def test_a_dead_platform_does_not_stop_others(store: Store) -> None:
    class Dead(FakeAdapter):
        async def send(self, delivery: Delivery) -> str | None:
            await asyncio.Event().wait()
            return None

    dead, alive = Dead(name="dead"), FakeAdapter(name="alive")
    bench = Bench(store, dead, alive)
    sent = asyncio.Event()

    async def note(_event: ReplySent) -> None:
        sent.set()

    bench.bus.subscribe(ReplySent, note)
    bench.sender.add(await bench.commit(dead, "never"))
    bench.sender.add(await bench.commit(alive, "hello"))
    await asyncio.wait_for(sent.wait(), 10)
    await bench.sender.aclose()
    assert await bench.outbox() == {"pending": 1, "sent": 1}


async def test_a_full_lane_says_so(store: Store) -> None:
    adapter = FakeAdapter()
    bench = Bench(store, adapter)
    where = adapter.make_event("hello").conversation
    for number in range(32):
        assert bench.sender.has_room(where)
        bench.sender.add(Delivery(str(number), where, Reply("hello")))
    assert not bench.sender.has_room(where)
    await bench.sender.aclose()


async def test_what_was_never_attempted_is_sent_at_the_next_start(store: Store) -> None:
    adapter = FakeAdapter(deduplicates_sends=False)
    bench = Bench(store, adapter)
    delivery = await bench.commit(adapter, "hello")
    await bench.sender.recover(["fake"])
    assert await bench.sender.drain(10)
    assert adapter.arrived == [delivery]


async def test_what_was_attempted_is_repeated_with_its_nonce_where_that_does_not_show(store: Store) -> None:
    adapter = FakeAdapter(deduplicates_sends=True)
    bench = Bench(store, adapter)
    delivery = await bench.commit(adapter, "hello")
    await store.save_attempt(delivery.nonce)
    await adapter.send(delivery)  # the process ended after this
    await bench.sender.recover(["fake"])
    assert await bench.sender.drain(10)
    assert adapter.arrived == [delivery]
    assert await bench.outbox() == {"sent": 1}


async def test_what_was_attempted_is_marked_where_a_repeat_would_show(store: Store) -> None:
    adapter = FakeAdapter(deduplicates_sends=False)
    bench = Bench(store, adapter)
    attempted = await bench.commit(adapter, "maybe")
    await bench.commit(adapter, "surely")
    await store.save_attempt(attempted.nonce)
    await bench.sender.recover(["fake"])
    assert await bench.sender.drain(10)
    assert texts(adapter) == ["surely"]
    assert await bench.outbox() == {"ambiguous": 1, "sent": 1}


async def test_replies_of_platforms_that_are_not_asked_for_stay(store: Store) -> None:
    adapter = FakeAdapter(name="gone")
    bench = Bench(store, adapter)
    await bench.commit(adapter, "hello")
    await bench.sender.recover(["other"])
    assert await bench.sender.drain(10)
    assert await bench.outbox() == {"pending": 1}


async def test_a_sent_reply_is_not_sent_again_when_the_store_is_locked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = FakeAdapter()
    bench = Bench(store, adapter)
    save, failures = store.save_delivered, [StoreUnavailableError("locked"), StoreUnavailableError("locked")]

    async def save_delivered(nonce: str, message_id: str | None) -> None:
        if failures:
            raise failures.pop()
        await save(nonce, message_id)

    monkeypatch.setattr(store, "save_delivered", save_delivered)
    await bench.send(adapter, "hello")
    assert len(adapter.attempts) == 1
    assert bench.waits == [0.1, 0.2]
    assert await bench.outbox() == {"sent": 1}
