"""Kills a serving process a few hundred times and tells what became of every message: tests/README.md says how."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.report import print_table
from tests.simulators.kill.doom import STAGES
from tests.simulators.kill.harness import every_stage, kill_again_and_again


@dataclass(frozen=True, slots=True)
class _Series:
    title: str
    deduplicates: bool
    conversations: int
    times_each_stage: int
    random_moments: int


SERIES = (
    _Series("drops repeats, 6 conversations", True, 6, 24, 80),
    _Series("shows repeats, 6 conversations", False, 6, 12, 40),
    _Series("shows repeats, 1 conversation", False, 1, 6, 20),
)


def run() -> None:
    began = time.perf_counter()
    rows = [_kill(series) for series in SERIES]
    took = time.perf_counter() - began
    columns = ["a platform that", "kills", "messages", "lost", "answered twice", "out of order", "held back", "a kill"]
    print_table(
        f"kill -9 at {len(STAGES)} stages and at random moments",
        columns,
        rows,
        f"{took:.0f} s. Held back: nobody can tell whether the reply arrived, and the platform would show it twice; "
        "at most one a conversation and kill. Discord drops repeats, Telegram shows them. Aims: 0, 0, 0",
    )


def _kill(series: _Series) -> tuple[str, ...]:
    stages = every_stage(series.times_each_stage, series.random_moments, seed=2)
    with TemporaryDirectory(prefix="familiar-bench-") as home:
        verdict = asyncio.run(
            kill_again_and_again(
                Path(home), stages, deduplicates=series.deduplicates, conversations=series.conversations, seed=2
            )
        )
    counts = (verdict.kills, verdict.messages, verdict.lost, verdict.answered_twice, verdict.out_of_order)
    held_back = (f"{verdict.ambiguous:,}", f"{verdict.ambiguous / verdict.kills:.2f}")
    return (series.title, *(f"{count:,}" for count in counts), *held_back)
