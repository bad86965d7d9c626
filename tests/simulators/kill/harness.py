"""Kills a process that serves, again and again, and says what became of every message."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulators.kill.doom import STAGES
from tests.simulators.kill.platform import Platform
from tests.simulators.kill.victim import Life

ROOT = Path(__file__).parents[3]
RANDOM_MOMENT = None
LONGEST_LIFE_SECONDS = 0.3
PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the messages. Every fault is zero, or durability is not what is promised."""

    kills: int
    messages: int
    lost: int
    """Confirmed to the platform, and neither answered nor marked `ambiguous`."""
    answered_twice: int
    out_of_order: int
    ambiguous: int
    """Held back, because nobody can tell whether the reply arrived and the platform would show it twice."""
    unfinished: int
    """Rows of inbox and outbox that have not ended after everything was drained."""


async def kill_again_and_again(
    home: Path,
    stages: Sequence[str | None],
    *,
    deduplicates: bool,
    keeps_its_word: bool = True,
    busy: bool = False,
    conversations: int = 6,
    seed: int = 1,
) -> Verdict:
    """Serve people on `home`, killed once at each of the stages (None: at a random moment), and end in good order.

    `deduplicates` is what the adapter says of its platform, and true if that `keeps_its_word`. A `busy` platform asks
    to wait before it takes a reply.
    """
    draw = random.Random(seed)
    with TemporaryDirectory(prefix="familiar-") as folder:  # a socket's path must be short
        life = Life(str(home), f"{folder}/socket", deduplicates)
        platform = Platform(Path(life.socket), conversations, deduplicates=deduplicates and keeps_its_word, busy=busy)
        async with platform, _nursery() as nursery:
            for stage in stages:
                countdown, seconds = draw.randint(1, 2 * conversations), draw.uniform(0, LONGEST_LIFE_SECONDS)
                await _live_and_die(nursery, replace(life, stage=stage, countdown=countdown), seconds)
            platform.close_mouths()
            await _live_to_the_end(nursery, life, platform)
    return _judge(home / "familiar.db", platform, len(stages))


def every_stage(times: int, random_moments: int, seed: int = 1) -> list[str | None]:
    """Each stage so many times, and so many random moments, in an order that depends on the seed."""
    stages = [*STAGES * times, *[RANDOM_MOMENT] * random_moments]
    random.Random(seed).shuffle(stages)
    return stages


@asynccontextmanager
async def _nursery() -> AsyncGenerator[Process]:
    command = (sys.executable, "-m", "tests.simulators.kill.nursery")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def _live_and_die(nursery: Process, life: Life, seconds: float) -> None:
    pid = await _bear(nursery, life)
    if life.stage is None:
        await asyncio.sleep(seconds)  # waits for nothing: this is the random moment
        os.kill(pid, signal.SIGKILL)
    assert await _ask(nursery) == -signal.SIGKILL, "it ended before it could be killed"


async def _live_to_the_end(nursery: Process, life: Life, platform: Platform) -> None:
    pid = await _bear(nursery, life)
    await asyncio.wait_for(platform.all_confirmed.wait(), PATIENCE_SECONDS)
    os.kill(pid, signal.SIGTERM)
    assert await _ask(nursery) == 0, "it did not end in good order"


async def _bear(nursery: Process, life: Life) -> int:
    assert nursery.stdin is not None
    nursery.stdin.write(json.dumps(asdict(life)).encode() + b"\n")
    return await _ask(nursery)


async def _ask(nursery: Process) -> int:
    assert nursery.stdout is not None
    return int(await asyncio.wait_for(nursery.stdout.readline(), PATIENCE_SECONDS))


def _judge(database: Path, platform: Platform, kills: int) -> Verdict:
    with closing(sqlite3.connect(database)) as connection:
        held_back = {
            (conversation, int(number))
            for conversation, number in connection.execute(
                "SELECT conversation_id, reply_to FROM outbox WHERE status = 'ambiguous'"
            )
        }
        [(unfinished,)] = connection.execute(
            "SELECT (SELECT count(*) FROM inbox WHERE status = 'received')"
            " + (SELECT count(*) FROM outbox WHERE status IN ('pending', 'sending'))"
        )
    conversations = platform.conversations.items()
    return Verdict(
        kills=kills,
        messages=sum(conversation.written for _, conversation in conversations),
        lost=sum(
            number not in conversation.arrived and (name, number) not in held_back
            for name, conversation in conversations
            for number in range(1, conversation.written + 1)
        ),
        answered_twice=sum(len(each.arrived) - len(set(each.arrived)) for _, each in conversations),
        out_of_order=sum(
            earlier > later for _, each in conversations for earlier, later in pairwise(dict.fromkeys(each.arrived))
        ),
        ambiguous=len(held_back),
        unfinished=unfinished,
    )
