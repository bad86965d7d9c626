"""How long a host takes to start, and how much memory it holds then and later."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.contenders.load import Round
from tests.benchmarks.contenders.roster import FAMILIAR, FLOOR, NONEBOT, ROOT, ContenderProcess
from tests.benchmarks.interpreter import environment
from tests.benchmarks.report import figure, print_table

PLUGINS = 20
STARTS = 5
ROUND = Round(conversations=1_000, in_flight=256, seconds=3.0)
ROUNDS = 5

Start = Callable[[], tuple[float, float]]
"""Starts a host, and returns the seconds that took and the MiB it held then."""


def run() -> None:
    with TemporaryDirectory(prefix="familiar-bench-") as home:
        hosts: dict[str, Start] = {
            FLOOR: lambda: _start_contender(FLOOR),
            "Familiar without a brain": lambda: _start_host(Path(home)),
            "the same, its first start": _start_on_nothing,
            NONEBOT: lambda: _start_contender(NONEBOT),
        }
        for start in hosts.values():
            start()
        starts = [{name: start() for name, start in hosts.items()} for _ in range(STARTS)]
    rows = [
        (
            name,
            figure(1e3 * median(each[name][0] for each in starts)),
            f"{median(each[name][0] / each[FLOOR][0] for each in starts):.2f}",
            figure(median(each[name][1] for each in starts)),
        )
        for name in hosts
    ]
    note = f"Median of {STARTS} interleaved starts, {PLUGINS} plugins, compiled modules at hand. Aims: 2.5 x, 60 MiB"
    print_table("Cold start, and memory when ready", ["", "ms", "x asyncio", "MiB"], rows, note)
    _print_growth()


def _start_contender(name: str) -> tuple[float, float]:
    with ContenderProcess(name, PLUGINS) as process:
        return process.seconds_to_start, process.memory_mib


def _start_on_nothing() -> tuple[float, float]:
    with TemporaryDirectory(prefix="familiar-bench-") as home:
        return _start_host(Path(home))


def _start_host(home: Path) -> tuple[float, float]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.host", str(home)]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        _, mib = process.stdout.readline().split()
        return time.perf_counter() - began, float(mib)


def _print_growth() -> None:
    with ContenderProcess(FAMILIAR, PLUGINS) as process:
        first, *others = [process.run(ROUND) for _ in range(ROUNDS)]
    messages = sum(each.messages for each in others)
    growth = (others[-1].memory_mib - first.memory_mib) / messages * 100_000
    row = (FAMILIAR, f"{messages:,}", figure(others[-1].memory_mib), f"{growth:.2f}")
    print_table("Memory while serving", ["", "messages", "MiB", "MiB more in 100,000"], [row], "Aim: 1 MiB")
