"""People who write to a bot, each again as soon as it has answered, and the clock beside them."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from tests.benchmarks.contenders.load import percentile

PATIENCE = 60.0
"""Seconds until what is still unanswered after a round counts as lost."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a round came to; times from the platform's receipt of a message to its receipt of the answer."""

    messages_per_second: float
    p50_ms: float
    p99_ms: float


class Crowd:
    """As many conversations at once as there are people, who are numbers."""

    def __init__(self, people: Sequence[int], say: Callable[[int, str], object]) -> None:
        """`say` has a person write a text."""
        self._people = people
        self._say = say
        self._began: dict[str, float] = {}
        self._numbers = count()
        self._unexpected: list[str] = []
        self._latencies: list[float] = []
        self._end = 0.0
        self._answered = asyncio.Event()

    async def write(self, seconds: float) -> Figures:
        """Write for so long and wait for the last answer.

        Raises TimeoutError when one does not come, and RuntimeError when one comes twice.
        """
        self._latencies = []
        self._answered.clear()
        with _remembering():
            began = time.perf_counter()
            self._end = began + seconds
            for person in self._people:
                self._write(person, self._begin())
            async with asyncio.timeout(seconds + PATIENCE):
                await self._answered.wait()
            took = time.perf_counter() - began
        if self._unexpected:
            raise RuntimeError(f"nobody waited for these answers: {self._unexpected[:10]}")
        p50, p99 = (1e3 * percentile(self._latencies, percent) for percent in (50, 99))
        return Figures(len(self._latencies) / took, p50, p99)

    def on_reply(self, person: int, text: str) -> None:
        """Note an answer."""
        now = time.perf_counter()
        began = self._began.pop(text, None)
        if began is None:
            self._unexpected.append(text)
            return
        self._latencies.append(now - began)
        if now < self._end:  # written later, for the platform has not finished with this answer yet
            asyncio.get_running_loop().call_soon(self._write, person, self._begin())
        elif not self._began:
            self._answered.set()

    def _begin(self) -> str:
        """A text that nobody has written yet and that is now waited for."""
        text = f"hello number {next(self._numbers)}"
        self._began[text] = time.perf_counter()
        return text

    def _write(self, person: int, text: str) -> None:
        self._began[text] = time.perf_counter()
        self._say(person, text)


@contextmanager
def _remembering() -> Generator[None]:
    """Keep the collector out of a round.

    A simulator forgets nothing, so looking through all of it would stop it for longer from round to round: that would
    be the slowest time, and none of the bot's.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
