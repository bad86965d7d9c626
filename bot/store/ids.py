"""Ids the process makes itself: ordered by time, so that sorting by id is sorting by age.

63 bits, at most 19 digits: 41 of milliseconds since 2025, 8 of worker, 14 of sequence. Worker and first sequence number
of a millisecond are drawn at random, so that two processes on one database don't meet.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

EPOCH_MS = 1_735_689_600_000  # 2025-01-01 UTC
WORKER_BITS = 8
SEQUENCE_BITS = 14
SEQUENCE_SIZE = 1 << SEQUENCE_BITS

_RANDOM = random.Random()  # its own: a plugin that seeds `random` must not make two processes alike


class IdMaker:
    """Makes ids that strictly increase even when the clock steps back. Safe to share between threads."""

    def __init__(
        self, clock: Callable[[], float] = time.time, draw: Callable[[int], int] = _RANDOM.getrandbits
    ) -> None:
        self._clock = clock
        self._draw = draw
        self._worker = draw(WORKER_BITS)
        self._tick = 0
        self._sequence = 0
        self._lock = threading.Lock()

    def new(self) -> int:
        """Return an id greater than every earlier one."""
        with self._lock:
            tick = int(self._clock() * 1000) - EPOCH_MS
            if tick > self._tick:
                self._begin(tick)
            elif self._sequence + 1 < SEQUENCE_SIZE:
                self._sequence += 1
            else:  # a full millisecond, or a clock that stands still: borrow from the future
                self._begin(self._tick + 1)
            return (((self._tick << WORKER_BITS) | self._worker) << SEQUENCE_BITS) | self._sequence

    def advance_past(self, id_: int) -> None:
        """Make every later id greater than `id_`: an earlier process may have had a clock that was ahead."""
        with self._lock:
            tick = (id_ >> (WORKER_BITS + SEQUENCE_BITS)) + 1
            if tick > self._tick:
                self._begin(tick)

    def _begin(self, tick: int) -> None:
        self._tick = tick
        self._sequence = self._draw(SEQUENCE_BITS - 1)


PROCESS_IDS = IdMaker()
"""The ids of this process."""

new_id = PROCESS_IDS.new
"""Return a new id of this process; as decimal text it is a reply's nonce."""
