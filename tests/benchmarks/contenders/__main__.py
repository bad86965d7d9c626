"""One contender in a process of its own.

It prints `ready` and its memory, then answers each round on standard input with its figures.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from importlib import import_module

from tests.benchmarks.contenders.contender import Contender
from tests.benchmarks.contenders.load import Load, Round
from tests.benchmarks.contenders.roster import ROSTER
from tests.benchmarks.memory import resident_mib


async def serve(name: str, plugins: int) -> None:
    load = Load()
    contender = _class(name)(load.on_reply, plugins)
    await contender.open()
    print("ready", resident_mib(), flush=True)
    for line in iter(sys.stdin.readline, ""):
        figures = await load.run(contender, Round(**json.loads(line)))
        print(json.dumps(asdict(figures)), flush=True)
    await contender.aclose()


def _class(name: str) -> type[Contender]:
    module, _, cls = ROSTER[name].partition(":")
    return getattr(import_module(f"tests.benchmarks.contenders.{module}"), cls)


asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
