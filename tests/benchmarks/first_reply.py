"""From `familiar chat` to its first reply, and where the time goes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from brain.starter import VOICE
from tests.benchmarks.contenders.roster import ROOT
from tests.benchmarks.interpreter import environment
from tests.benchmarks.report import console, print_table

STARTS = 3
FAMILIAR = Path(sys.executable).with_name("familiar")


def run() -> None:
    if not (VOICE / "manifest.json").exists():
        console.print(f"First reply: skipped, there is no model in {VOICE}\n")
        return
    with TemporaryDirectory(prefix="familiar-bench-") as home:
        first = _chat(home, os.environ)
        _chat(home, environment())
        later = median(_chat(home, environment()) for _ in range(STARTS))
    steps = [_steps() for _ in range(STARTS)]
    rows = [
        ("familiar chat, for the first time", f"{first:.2f}"),
        ("familiar chat, later", f"{later:.2f}"),
        *((f"  {step}", f"{median(each[step] for each in steps):.2f}") for step in steps[0]),
    ]
    note = (
        f"From the start until a line on standard input is answered; median of {STARTS}. The first time there is no "
        "database, and modules are compiled that are not yet. The steps were measured one after the other; in a chat, "
        "network and model load beside the opening of the database. Aim: 5 s"
    )
    print_table("First reply", ["", "seconds"], rows, note)


def _chat(home: str, variables: Mapping[str, str]) -> float:
    began = time.perf_counter()
    with subprocess.Popen(
        [FAMILIAR, "chat"],
        cwd=home,
        env={**variables, "FAMILIAR_HOME": home},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("hello\n")
        process.stdin.flush()
        if not process.stdout.readline().strip():
            raise RuntimeError("the chat ended without a reply")
        took = time.perf_counter() - began
        process.communicate()
    return took


def _steps() -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.first_words", str(VOICE), str(time.time())]
    done = subprocess.run(command, cwd=ROOT, env=environment(), check=True, stdout=subprocess.PIPE, text=True)
    lines = done.stdout.splitlines()
    return {step: float(seconds) for seconds, _, step in (line.partition(" ") for line in lines)}
