"""Who is compared, where they are defined, and a process for each."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from tests.benchmarks.contenders.load import Figures, Round
from tests.benchmarks.interpreter import environment

FLOOR, FLOOR_DURABLE = "asyncio alone", "asyncio + sqlite3, durable"
FAMILIAR, FAMILIAR_DURABLE = "Familiar without a store", "Familiar, durable"
NONEBOT = "nonebot2, stores nothing"
ROSTER = {
    FLOOR: "floor:Floor",
    FLOOR_DURABLE: "durable_floor:DurableFloor",
    FAMILIAR: "familiar:UnstoredFamiliar",
    FAMILIAR_DURABLE: "familiar:Familiar",
    NONEBOT: "nonebot2:Nonebot",
}
"""Imported only in their own processes: each has its memory and its start to itself."""

ROOT = Path(__file__).parents[3]


class ContenderProcess:
    """A contender, started and ready. `seconds_to_start` and `memory_mib` tell what that took."""

    def __init__(self, name: str, plugins: int) -> None:
        began = time.perf_counter()
        command = [sys.executable, "-m", "tests.benchmarks.contenders", name, str(plugins)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        _, mib = self._read_line("ready").split()
        self.seconds_to_start = time.perf_counter() - began
        self.memory_mib = float(mib)

    def run(self, round_: Round) -> Figures:
        """Have a round of messages answered."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(round_)) + "\n")
        self._process.stdin.flush()
        return Figures(**json.loads(self._read_line("{")))

    def __enter__(self) -> ContenderProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def _read_line(self, beginning: str) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:  # libraries may print what they like before
            if line.startswith(beginning):
                return line
        raise RuntimeError("a contender ended before its time")
