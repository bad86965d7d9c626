from __future__ import annotations

from bot.limiter import Windows


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_each_key_is_counted_until_its_window_ends() -> None:
    clock = Clock()
    windows = Windows(clock)
    assert [windows.count("ann", 10) for _ in range(3)] == [1, 2, 3]
    assert windows.count("ben", 10) == 1
    clock.now += 9.9
    assert windows.count("ann", 10) == 4
    clock.now += 0.1
    assert windows.count("ann", 10) == 1


def test_windows_that_are_over_are_let_go() -> None:
    clock = Clock()
    windows = Windows(clock)
    for number in range(100_000):
        windows.count(f"user {number}", 10)
        clock.now += 0.01
    assert len(windows) < 5_000


def test_windows_that_are_not_over_are_kept_however_many_there_are() -> None:
    windows = Windows(Clock())
    for number in range(5_000):
        windows.count(f"user {number}", 10)
    assert [windows.count(f"user {number}", 10) for number in range(5_000)] == [2] * 5_000
