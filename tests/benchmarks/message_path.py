"""Adapter in, echo plugin, adapter out: beside nonebot2 and bare asyncio, in interleaved rounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from statistics import median
from typing import TypeVar

from tests.benchmarks.contenders.load import Figures, Round
from tests.benchmarks.contenders.roster import (
    FAMILIAR,
    FLOOR,
    FLOOR_DURABLE,
    NONEBOT,
    ROSTER,
    ContenderProcess,
)
from tests.benchmarks.report import figure, print_table

Key = TypeVar("Key")

PLUGINS = 20
MANY_PLUGINS = (1, 20, 200)
ROUNDS = 5
ROUNDS_ONE_BY_ONE = 2
SECONDS = 1.0
WARM_UP = Round(conversations=1, in_flight=16, seconds=0.2)
IN_FLIGHT = {1: 16, 1_000: 256}
"""By conversations: a person does not write more than sixteen messages ahead."""


def run() -> None:
    with ExitStack() as open_:
        processes = {name: open_.enter_context(ContenderProcess(name, PLUGINS)) for name in ROSTER}
        for conversations, in_flight in IN_FLIGHT.items():
            _compare(processes, conversations, in_flight)
    _grow()


def _compare(processes: Mapping[str, ContenderProcess], conversations: int, in_flight: int) -> None:
    busy = _interleave(processes, Round(conversations, in_flight, SECONDS), ROUNDS)
    calm = _interleave(processes, Round(conversations, 1, SECONDS), ROUNDS_ONE_BY_ONE)
    rows = [
        (
            name,
            figure(_speed(busy[name])),
            *(f"{_ratio(busy, name, other):.2f}" for other in (FLOOR, FLOOR_DURABLE)),
            figure(_ratio(busy, name, NONEBOT)),
            figure(median(each.p50_ms for each in calm[name])),
            figure(median(each.p99_ms for each in calm[name])),
        )
        for name in processes
    ]
    print_table(
        f"Message path: {PLUGINS} plugins, {conversations:,} conversation{'s' * (conversations > 1)}",
        ["", "messages/s", "x asyncio", "x asyncio + sqlite3", "x nonebot2", "p50 ms", "p99 ms"],
        rows,
        f"Median of {ROUNDS} rounds with {in_flight} messages on their way; times of messages sent one by one. "
        "Aims: x asyncio 0.5 without a store, x asyncio + sqlite3 0.5 durable, x nonebot2 more than 1",
    )


def _interleave(processes: Mapping[Key, ContenderProcess], round_: Round, rounds: int) -> dict[Key, list[Figures]]:
    """Let each run one round after the other, so that a slow moment of the machine hits all of them."""
    for process in processes.values():
        process.run(WARM_UP)
    figures: dict[Key, list[Figures]] = {key: [] for key in processes}
    for _ in range(rounds):
        for key, process in processes.items():
            figures[key].append(process.run(round_))
    return figures


def _grow() -> None:
    """Show what further plugins cost a message that is none of their business."""
    with ExitStack() as open_:
        processes = {plugins: open_.enter_context(ContenderProcess(FAMILIAR, plugins)) for plugins in MANY_PLUGINS}
        figures = _interleave(processes, Round(1_000, IN_FLIGHT[1_000], SECONDS), ROUNDS)
    rows = [
        (
            f"{plugins} plugin{'s' * (plugins > 1)}",
            figure(_speed(figures[plugins])),
            f"{_ratio(figures, plugins, MANY_PLUGINS[0]):.2f}",
        )
        for plugins in MANY_PLUGINS
    ]
    note = "Aims: 0.9 with 20, 0.8 with 200"
    print_table("With more and more plugins", ["Familiar without a store", "messages/s", "x one plugin"], rows, note)


def _speed(figures: Iterable[Figures]) -> float:
    return median(each.messages_per_second for each in figures)


def _ratio(figures: Mapping[Key, list[Figures]], name: Key, other: Key) -> float:
    pairs = zip(figures[name], figures[other], strict=True)
    return median(one.messages_per_second / two.messages_per_second for one, two in pairs)
