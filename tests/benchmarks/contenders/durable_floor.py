"""The floor of durability: bare sqlite3 in one thread, group commits, and the rows that Familiar writes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql import ClauseElement

from bot.store import schema, statements
from tests.benchmarks.contenders.contender import OnReply, Update
from tests.benchmarks.contenders.floor import Event, Floor

Row = tuple[object, ...]
Operation = list[tuple[str, Row]]


class Statement:
    """One statement's SQL, and its rows from what is known of a message."""

    def __init__(self, clause: ClauseElement) -> None:
        compiled: Any = clause.compile(dialect=SQLiteDialect_pysqlite())
        self.sql = str(compiled)
        self._columns = [(name, compiled.params[name]) for name in compiled.positiontup]

    def row(self, values: dict[str, object]) -> tuple[str, Row]:
        return self.sql, tuple([values.get(name) if own is None else own for name, own in self._columns])


TAKE_IN = [Statement(statements.ADD_EVENT)]
ANSWER = [
    *map(Statement, (statements.END_EVENT, statements.SEE_USER, statements.SEE_CONVERSATION, statements.ADD_TURN)),
    *map(Statement, (statements.ADD_REPLY, statements.ADD_DELIVERY)),
]
ADD_TURN = ANSWER[3]
MARK = [Statement(statements.END_DELIVERED)]


class DurableFloor(Floor):
    """Confirms an update once it is committed, sends a reply once it is committed, and commits that it was sent."""

    def __init__(self, on_reply: OnReply, plugins: int) -> None:
        super().__init__(on_reply, plugins)
        self._thread = ThreadPoolExecutor(1)
        self._waiting_writes: list[tuple[Operation, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._marking: set[asyncio.Future[None]] = set()

    async def open(self) -> None:
        await super().open()
        self._folder = TemporaryDirectory(prefix="familiar-bench-")
        path = Path(self._folder.name) / "floor.db"
        schema.upgrade(f"sqlite+aiosqlite:///{path}")
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")

    async def receive(self, update: Update) -> None:
        event = Event("message", update.number, update.conversation, update.text)
        values = _values(event, "received")
        await self._write([statement.row(values) for statement in TAKE_IN])
        await self.line_up(event)

    async def finish(self, event: Event, text: str) -> None:
        values = _values(event, "pending")
        the_bots = ADD_TURN.row({**values, "id": 2 * event.number + 1})
        await self._write([*[statement.row(values) for statement in ANSWER], the_bots])
        self.on_reply(text)
        self._note(self._write([statement.row(values) for statement in MARK]))

    async def aclose(self) -> None:
        await asyncio.gather(*self._marking)
        await super().aclose()
        self._thread.shutdown()
        self._database.close()
        self._folder.cleanup()

    def _note(self, marking: asyncio.Future[None]) -> None:
        self._marking.add(marking)
        marking.add_done_callback(self._marking.discard)

    def _write(self, operation: Operation) -> asyncio.Future[None]:
        committed = asyncio.get_running_loop().create_future()
        self._waiting_writes.append((operation, committed))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return committed

    async def _write_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting_writes:
            batch, self._waiting_writes = self._waiting_writes, []
            await loop.run_in_executor(self._thread, self._commit, [operation for operation, _ in batch])
            for _, committed in batch:
                committed.set_result(None)
            await asyncio.sleep(0)  # those that were just woken join the next batch
        self._writing = None

    def _commit(self, operations: Sequence[Operation]) -> None:
        rows: dict[str, list[Row]] = {}
        for operation in operations:
            for sql, row in operation:
                rows.setdefault(sql, []).append(row)
        self._database.execute("BEGIN IMMEDIATE")
        for sql, of_one_kind in rows.items():
            self._database.executemany(sql, of_one_kind)
        self._database.execute("COMMIT")


def _values(event: Event, status: str) -> dict[str, object]:
    now = datetime.now(UTC).isoformat(" ")
    return {
        "id": 2 * event.number,
        "inbox_id": 2 * event.number,
        "reply_id": 2 * event.number,
        "turn_id": 2 * event.number + 1,
        "update_id": str(event.number),
        "platform": "bench",
        "conversation_id": event.conversation,
        "user_id": event.conversation,
        "name": "Ann",
        "author_name": "Ann",
        "role": "user",
        "kind": "MessageReceived",
        "payload": f'{{"text": "{event.text}", "conversation": "{event.conversation}", "author": "Ann"}}',
        "text": event.text,
        "source": "plugin:echo",
        "status": status,
        "new_status": "done",
        "attempts": 0,
        **dict.fromkeys(("now", "at", "received_at", "created_at", "last_at", "first_seen", "last_seen"), now),
    }
