from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from bot.store.ids import EPOCH_MS, SEQUENCE_SIZE, IdMaker, new_id


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def test_ids_increase_when_the_clock_steps_back() -> None:
    clock = Clock()
    maker = IdMaker(clock)
    before = maker.new()
    clock.now -= 3600
    later = [maker.new() for _ in range(100)]
    clock.now += 7200
    later.append(maker.new())
    assert [before, *later] == sorted({before, *later})


def test_ids_increase_past_a_full_millisecond() -> None:
    maker = IdMaker(Clock())
    ids = [maker.new() for _ in range(2 * SEQUENCE_SIZE)]
    assert ids == sorted(set(ids))


def test_ids_go_on_past_one_from_the_future() -> None:
    maker = IdMaker(Clock())
    future = maker.new() + (3_600_000 << 22)
    maker.advance_past(future)
    assert maker.new() > future
    maker.advance_past(0)
    assert maker.new() > future


def test_an_id_tells_its_millisecond_and_fits_63_bits_for_sixty_years() -> None:
    clock = Clock()
    assert (IdMaker(clock).new() >> 22) + EPOCH_MS == int(clock.now * 1000)
    clock.now += 60 * 365 * 86_400
    last = IdMaker(clock, lambda bits: (1 << bits) - 1).new()
    assert last < 1 << 63
    assert len(str(last)) <= 19


def test_threads_never_share_an_id() -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = [made.result() for made in [pool.submit(new_id) for _ in range(4000)]]
    assert len(set(ids)) == 4000
