"""Drives a contender: people who write, a bound on what is on its way, and a clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, cycle

from tests.benchmarks.contenders.contender import Contender, Update
from tests.benchmarks.memory import resident_mib


@dataclass(frozen=True, slots=True)
class Round:
    """How much is written: by whom, how much of it at once, and for how long."""

    conversations: int
    in_flight: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a round came to; times from the moment an update arrives until its reply has left."""

    messages: int
    messages_per_second: float
    p50_ms: float
    p99_ms: float
    memory_mib: float


class Load:
    """Writes rounds of messages, each conversation's in order, and waits for the reply to every one."""

    def __init__(self) -> None:
        self._numbers = count()
        self._began: dict[int, float] = {}
        self._latencies: list[float] = []
        self._room = asyncio.Event()
        self._limit = 0

    async def run(self, contender: Contender, round_: Round) -> Figures:
        """Write a round."""
        self._latencies = []
        self._limit = round_.in_flight
        conversations = cycle([str(number) for number in range(round_.conversations)])
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(min(round_.conversations, round_.in_flight)):
                group.create_task(self._write(contender, conversations, began + round_.seconds))
        while self._began:
            await self._wait()
        took = time.perf_counter() - began
        p50, p99 = (1e3 * percentile(self._latencies, percent) for percent in (50, 99))
        messages = len(self._latencies)
        return Figures(messages, messages / took, p50, p99, resident_mib())

    def on_reply(self, text: str) -> None:
        """Note that a reply has left. Its text ends with the number of the message."""
        self._latencies.append(time.perf_counter() - self._began.pop(int(text.rpartition(" ")[2])))
        if len(self._began) <= self._limit // 2:
            self._room.set()

    async def _write(self, contender: Contender, conversations: Iterator[str], end: float) -> None:
        for conversation in conversations:
            while len(self._began) >= self._limit:
                await self._wait()
            now = time.perf_counter()
            if now > end:
                return
            number = next(self._numbers)
            self._began[number] = now
            await contender.receive(Update(number, conversation, f"hello number {number}"))

    async def _wait(self) -> None:
        self._room.clear()
        await self._room.wait()


def percentile(values: Iterable[float], percent: float) -> float:
    """The value that so many percent of the values don't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
