from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.lanes import Lanes


class Work:
    """Notes what begins, and lets an item end when the test opens its gate."""

    def __init__(self, gated: bool = False) -> None:
        self.begun: list[str] = []
        self.gate = asyncio.Event()
        if not gated:
            self.gate.set()

    async def __call__(self, item: str) -> None:
        self.begun.append(item)
        if item.startswith("slow"):
            await self.gate.wait()
        if item == "bad":
            raise ValueError(item)
        if item == "bad cancelled":
            raise asyncio.CancelledError


def lanes(work: Callable[[str], Awaitable[None]], per_key: int = 10, in_all: int = 100) -> Lanes[str]:
    return Lanes(work, per_key=per_key, in_all=in_all)


async def turns(count: int = 5) -> None:
    """Let other tasks run."""
    for _ in range(count):
        await asyncio.sleep(0)


async def test_items_of_a_key_are_worked_on_in_order() -> None:
    work = Work()
    some = lanes(work)
    for number in range(9):
        some.offer("a", str(number))
    assert await some.drain(1)
    assert work.begun == [str(number) for number in range(9)]


async def test_another_key_overtakes_a_slow_one() -> None:
    work = Work(gated=True)
    some = lanes(work)
    some.offer("a", "slow a1")
    some.offer("a", "a2")
    some.offer("b", "b1")
    await turns()
    assert work.begun == ["slow a1", "b1"]
    work.gate.set()
    assert await some.drain(1)
    assert work.begun == ["slow a1", "b1", "a2"]


@pytest.mark.parametrize("item", ["bad", "bad cancelled"])
async def test_a_failing_item_does_not_end_its_lane(item: str) -> None:
    work = Work()
    some = lanes(work)
    some.offer("a", item)
    some.offer("a", "good")
    assert await some.drain(1)
    assert work.begun == [item, "good"]


async def test_it_refuses_beyond_the_bound_of_a_key_and_takes_other_keys() -> None:
    work = Work(gated=True)
    some = lanes(work, per_key=2)
    some.offer("a", "slow")
    await turns()
    assert [some.offer("a", str(number)) for number in range(3)] == [True, True, False]
    assert not some.has_room("a")
    assert some.offer("b", "b1")
    work.gate.set()
    assert await some.drain(1)
    assert "2" not in work.begun


async def test_it_refuses_beyond_the_bound_in_all_and_takes_again_afterwards() -> None:
    work = Work(gated=True)
    some = lanes(work, in_all=3)
    assert [some.offer(f"key {number}", "slow") for number in range(4)] == [True, True, True, False]
    work.gate.set()
    assert await some.drain(1)
    assert len(some) == 0
    assert some.offer("key 3", "slow")
    assert await some.drain(1)


async def test_what_was_promised_is_taken_beyond_the_bounds() -> None:
    work = Work()
    some = lanes(work, per_key=1, in_all=1)
    for number in range(5):
        some.add("a", str(number))
    assert await some.drain(1)
    assert work.begun == ["0", "1", "2", "3", "4"]


async def test_draining_ends_at_its_time_limit() -> None:
    some = lanes(Work(gated=True))
    some.offer("a", "slow")
    assert not await some.drain(0.001)
    await some.aclose()


async def test_closing_drops_what_waits() -> None:
    work = Work(gated=True)
    some = lanes(work)
    some.offer("a", "slow")
    some.offer("a", "never")
    await turns()
    await some.aclose()
    work.gate.set()
    assert await some.drain(1)
    assert work.begun == ["slow"]
