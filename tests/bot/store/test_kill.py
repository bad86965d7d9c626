from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.events import Reply
from bot.store.store import Store
from tests.bot.store.store_contract import said

# What is printed was committed. It goes on until it is killed.
SAVING = """
import asyncio, sys
from datetime import UTC, datetime
from bot.events import *
from bot.store.ids import new_id
from bot.store.outcome import Outcome
from bot.store.store import Store

HERE = ConversationRef("fake", "here")
ANN = Author(UserRef("fake", "ann"), "Ann")

async def take_in(store, number):
    event = MessageReceived(
        at=datetime(2026, 11, 24, 12, tzinfo=UTC), update_id=str(number), conversation=HERE, author=ANN,
        message_id=f"m{number}", text="hello",
    )
    return await store.save_event(event), event

async def main():
    store = await Store.open(sys.argv[1])
    for number in range(1_000_000):
        inbox_id, event = await take_in(store, number)
        print("taken in", number, flush=True)
        if number == int(sys.argv[2]):
            sys.stdin.read()
        reply = Delivery(str(new_id()), HERE, Reply(f"hi {number}"))
        await store.save_outcome(Outcome(inbox_id=inbox_id, event=event, status="done", delivery=reply))
        print("answered", number, flush=True)

asyncio.run(main())
"""


def kill_after(url: str, line: str, *, stop_at: int) -> list[str]:
    """Run until `line` is printed, kill, and return all that was printed."""
    with subprocess.Popen(
        [sys.executable, "-c", SAVING, url, str(stop_at)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while line not in lines:
            lines.append(process.stdout.readline().strip())
            assert lines[-1], "it ended by itself"
        process.kill()
        return [*lines, *process.stdout.read().splitlines()]


async def test_an_event_whose_outcome_was_never_saved_is_listed_again(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'familiar.db'}"
    kill_after(url, "taken in 3", stop_at=3)
    store = await Store.open(url)
    assert [stored.event for stored in await store.list_unfinished_events(["fake"])] == [said("3")]
    assert [pending.delivery.reply for pending in await store.list_undelivered(["fake"])] == [
        Reply("hi 0"),
        Reply("hi 1"),
        Reply("hi 2"),
    ]
    assert await store.save_event(said("3")) is None
    await store.aclose()


async def test_killed_at_full_speed_all_that_was_confirmed_is_there(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'familiar.db'}"
    lines = kill_after(url, "answered 60", stop_at=-1)
    store = await Store.open(url)
    counts = await store.count_by_status()
    assert sum(counts["inbox"].values()) >= len([line for line in lines if line.startswith("taken in")])
    assert counts["inbox"]["done"] == counts["outbox"]["pending"]
    assert counts["inbox"]["done"] >= len([line for line in lines if line.startswith("answered")])
    await store.aclose()
