"""What the memory costs: a search among 100,000 rows on one thread, loading 55,000, and what those weigh on disk.

The rows are made up: words as common as words are (Zipf), half of the rows with a context, and random vectors as narrow
as those of an ear. Seconds are those of the thread, so that other work on the machine counts little.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from brain.memory.query import Query
from brain.memory.response_memory import ResponseMemory
from brain.memory.rows import MemoryRow
from brain.memory.vectors import DIM
from tests.benchmarks.report import figure, print_table

_SEARCHED, _SAVED, _QUERIES = 100_000, 55_000, 300
_STYLES = ("short casual plain", "medium casual plain", "medium gentle plain", "short playful emoji")
_MIB = 1 << 20


def run() -> None:
    """Print all figures."""
    torch.set_num_threads(1)
    rng = random.Random(1)
    rows = _rows(rng, _SEARCHED)
    times = sorted(_search_times(ResponseMemory.of(rows, _read), rng))
    figures = [(f"search of {_SEARCHED:,} rows, median", "ms", times[len(times) // 2] * 1e3)]
    figures += [(f"search of {_SEARCHED:,} rows, slowest of twenty", "ms", times[len(times) * 19 // 20] * 1e3)]
    figures += _loading(ResponseMemory.of(rows[:_SAVED], _read))
    print_table("Memory", ["", "value", "unit"], [(name, figure(value), unit) for name, unit, value in figures])


def _search_times(memory: ResponseMemory, rng: random.Random) -> list[float]:
    times: list[float] = []
    for row in _rows(rng, _QUERIES + 1):
        message, context = _read([row.message, row.message])
        query = Query(
            (*row.context, row.message),
            style=row.style,
            lang="en",
            message_vector=message,
            context_vector=context,
        )
        started = time.thread_time()
        memory.search(query, 8)
        times.append(time.thread_time() - started)
    return times[1:]  # the first builds the index of characters


def _loading(memory: ResponseMemory) -> list[tuple[str, str, float]]:
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "memory"
        memory.save(folder)
        sizes = {path.name: path.stat().st_size / _MIB for path in folder.iterdir()}
        started = time.thread_time()
        loaded = ResponseMemory.load(folder, _read)
        seconds = time.thread_time() - started
        started = time.thread_time()
        loaded.search(Query(("hello",)), 1)
        first = time.thread_time() - started
    vectors = sum(size for name, size in sizes.items() if name.startswith("vectors"))
    return [
        (f"loading {_SAVED:,} rows", "ms", seconds * 1e3),
        ("the first search, which builds the index of characters", "ms", first * 1e3),
        ("vectors on disk", "MiB", vectors),
        ("the largest file", "MiB", max(sizes.values())),
    ]


def _rows(rng: random.Random, count: int) -> list[MemoryRow]:
    words = ["".join(rng.choices("etaoinshrdlucmfwypvbgk", range(22, 0, -1), k=rng.randint(2, 8))) for _ in range(8000)]
    common = [1 / (place + 2) for place in range(len(words))]

    def text() -> str:
        return " ".join(rng.choices(words, common, k=rng.randint(2, 12)))

    return [
        MemoryRow(text(), (text(), text()) if number % 2 else (), text(), style=rng.choice(_STYLES), lang="en")
        for number in range(count)
    ]


def _read(texts: Sequence[str]) -> NDArray[np.float32]:
    vectors = np.random.default_rng(len(texts)).standard_normal((len(texts), DIM), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
