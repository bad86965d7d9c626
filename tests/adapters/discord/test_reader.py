"""Lanes, retries and catching up, without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import discord
import pytest

from adapters.discord import reader as reader_module
from adapters.discord.convert import to_deletion, where
from adapters.discord.reader import Reader, delays
from adapters.discord.watermarks import DIRECT_CHANNELS, Place, Watermarks
from bot.adapter import FleetingState
from bot.errors import StoreUnavailableError
from bot.events import Author, MessageReceived, PlatformEvent, UserRef

HERE, THERE = Place(1, 7 << 22), Place(2, 7 << 22)


def message(id_: int, place: Place = HERE) -> MessageReceived:
    author = Author(UserRef("discord", "5"), "Ann")
    about = where(place.channel, place.guild)
    return MessageReceived(
        at=datetime.now(UTC), update_id=str(id_), author=author, message_id=str(id_), text=str(id_), **about
    )


class Desk:
    """A Reader, what it handed over, and what it can fetch."""

    def __init__(self, state: FleetingState | None = None) -> None:
        self.state = state or FleetingState()
        self.watermarks = Watermarks(self.state)
        self.reader = Reader(self.publish, self.watermarks, self.fetch)
        self.handed: list[str] = []
        self.history: list[MessageReceived] = []
        self.failures: list[Exception] = []
        self.fetch_failures: list[Exception] = []
        self.fetched: list[tuple[Place, int | None]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def publish(self, event: PlatformEvent) -> None:
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.handed.append(event.update_id)

    async def fetch(self, place: Place, after: int, before: int | None) -> Sequence[MessageReceived]:
        self.fetched.append((place, before))
        if self.fetch_failures:
            raise self.fetch_failures.pop(0)
        return self.history


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(count: int = 20) -> Iterator[float]:
        return iter([0.0] * count)

    monkeypatch.setattr(reader_module, "delays", at_once)


async def test_a_channel_is_read_in_order_and_what_comes_late_goes_where_it_belongs() -> None:
    desk = Desk()
    for id_ in (3, 4, 1, 2):
        desk.reader.take(HERE, message(id_))
    await desk.reader.drain(1)
    assert desk.handed == ["1", "2", "3", "4"]


async def test_a_late_message_does_not_overtake_what_is_no_message() -> None:
    desk = Desk()
    for event in (message(3), to_deletion(3, HERE.channel, HERE.guild), message(1)):
        desk.reader.take(HERE, event)
    await desk.reader.drain(1)
    assert desk.handed == ["3", "delete:3", "1"]


async def test_a_channel_does_not_wait_for_another() -> None:
    desk = Desk()
    desk.gate.clear()
    desk.reader.take(HERE, message(1))
    await asyncio.sleep(0)
    desk.reader.take(THERE, message(2, THERE))
    desk.gate.set()
    await desk.reader.drain(1)
    assert sorted(desk.handed) == ["1", "2"]


async def test_what_could_not_be_stored_is_handed_over_again_before_what_is_behind_it() -> None:
    desk = Desk()
    desk.failures = [StoreUnavailableError("locked")] * 3
    for id_ in (1, 2):
        desk.reader.take(HERE, message(id_))
    await desk.reader.drain(1)
    assert desk.handed == ["1", "2"]


async def test_what_can_not_be_handed_over_at_all_holds_nothing_up() -> None:
    desk = Desk()
    desk.failures = [KeyError("a fault")]
    for id_ in (1, 2):
        desk.reader.take(HERE, message(id_))
    await desk.reader.drain(1)
    assert desk.handed == ["2"]


async def test_after_a_new_session_each_channel_catches_up_once_and_first() -> None:
    desk = Desk()
    desk.history = [message(1), message(2)]
    desk.reader.begin_session(0, 1)
    for id_ in (3, 4):
        desk.reader.take(HERE, message(id_))
    desk.reader.take(THERE, None)
    await desk.reader.drain(1)
    assert sorted(desk.handed[:2] + desk.handed[4:]) == ["1", "1", "2", "2"] or desk.handed[:4] == ["1", "2", "3", "4"]
    assert [id_ for id_ in desk.handed if id_ in ("3", "4")] == ["3", "4"]
    assert desk.fetched == [(HERE, 3), (THERE, None)]


async def test_only_the_shard_that_began_anew_catches_up() -> None:
    desk = Desk()
    desk.reader.begin_session(0, 2)
    desk.reader.take(HERE, message(1))  # 7 is odd: the second shard's
    desk.reader.take(Place(9, None), message(2))
    await desk.reader.drain(1)
    assert [place for place, _ in desk.fetched] == [Place(9, None)]


@pytest.mark.parametrize("failure", [TimeoutError(), RuntimeError("Session is closed"), discord.GatewayNotFound()])
async def test_a_history_that_can_not_be_read_yet_is_tried_again(failure: Exception) -> None:
    desk = Desk()
    desk.fetch_failures = [failure] * 3
    desk.history = [message(1)]
    desk.reader.begin_session(0, 1)
    desk.reader.take(HERE, message(2))
    await desk.reader.drain(1)
    assert desk.handed == ["1", "2"]


@pytest.mark.parametrize("failures", [[TimeoutError()] * 8, [KeyError("author")]], ids=["for long", "at all"])
async def test_where_history_can_not_be_read_life_goes_on_and_the_watermark_stays(failures: list[Exception]) -> None:
    desk = Desk()
    await desk.watermarks.open()
    before = await desk.watermarks.at(HERE)
    desk.fetch_failures = failures
    desk.reader.begin_session(0, 1)
    desk.reader.take(HERE, message(before + 1))
    await desk.reader.drain(1)
    assert desk.handed == [str(before + 1)]
    assert await desk.watermarks.at(HERE) == before


async def test_what_does_not_fit_while_nothing_can_be_stored_is_fetched_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader_module, "WAITING_IN_ALL", 2)
    desk = Desk()
    desk.gate.clear()
    for id_ in range(1, 6):
        desk.reader.take(HERE, message(id_))
        await asyncio.sleep(0)
    desk.history = [message(4), message(5)]
    desk.gate.set()
    await desk.reader.drain(1)
    assert desk.handed[0] == "1"
    assert set(desk.handed) == {"1", "2", "3", "4", "5"}


async def test_a_drain_that_takes_too_long_leaves_the_rest_to_be_fetched_again() -> None:
    desk = Desk()
    desk.gate.clear()
    desk.reader.take(HERE, message(1))
    await desk.reader.drain(0.01)
    desk.gate.set()
    await asyncio.sleep(0)
    assert desk.handed == []


async def test_watermarks_outlive_the_process() -> None:
    state = FleetingState()
    first = Watermarks(state)
    assert not await first.open()
    began = await first.at(HERE)
    await first.note(HERE, began + 5)
    await first.note(HERE, began + 3)
    await first.note(Place(9, None), began + 1)
    await first.flush()
    second = Watermarks(state)
    assert await second.open()
    assert await second.at(HERE) == began + 5
    assert await second.at(THERE) == began
    assert dict(await second.of(None)) == {9: began + 1}


async def test_watermarks_that_can_not_be_saved_are_saved_later() -> None:
    class Locked(FleetingState):
        locked = True

        async def save(self, key: str, value: str) -> None:
            if self.locked and key != "began":
                raise StoreUnavailableError("locked")
            await super().save(key, value)

    state = Locked()
    marks = Watermarks(state)
    await marks.open()
    await marks.note(HERE, 1 << 62)
    await marks.flush()
    state.locked = False
    await marks.flush()
    assert await Watermarks(state).at(HERE) == 1 << 62


async def test_only_the_latest_direct_conversations_are_remembered() -> None:
    state = FleetingState()
    marks = Watermarks(state)
    for channel in range(1, DIRECT_CHANNELS + 11):
        await marks.note(Place(channel, None), 1000 + channel)
    await marks.flush()
    assert set(await Watermarks(state).of(None)) == set(range(11, DIRECT_CHANNELS + 11))


def test_waits_grow_up_to_half_a_minute() -> None:
    waits = delays()
    assert [next(waits) for _ in range(10)] == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert len(list(delays(3))) == 3
