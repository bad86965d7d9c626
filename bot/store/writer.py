"""GroupCommitWriter: all that waits to be written goes into one transaction, and its callers resume after the commit.

A commit that lasts costs an fsync, however many rows it carries. One thread works with a plain connection: on two cores
that took 2,700 single commits a second where AsyncConnection over aiosqlite took 1,600 (each of its steps crosses a
thread), and it is the same code with any driver.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from sqlalchemy import Engine

from bot.errors import StoreError, StoreUnavailableError
from bot.store.committer import Committer, Result, Write

WAITING_LIMIT = 20_000
"""Operations that may wait while the database can't be written."""
BATCH_LIMIT = 1_000
"""Operations in one transaction: what comes later need not wait for more than these."""

_HALF_PAIR = re.compile("[\ud800-\udfff]")


class _Operation(NamedTuple):
    writes: Sequence[Write]
    committed: asyncio.Future[list[int]]


class GroupCommitWriter:
    """The only one that writes. An operation is committed as a whole or not at all."""

    def __init__(self, engine: Engine, location: str) -> None:
        self._committer = Committer(engine, location)
        self._location = location
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._waiting: deque[_Operation] = deque()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    async def write(self, writes: Sequence[Write]) -> list[int]:
        """Commit `writes` together, in their order, and return how many rows each one changed.

        Operations that wait at the same time are concurrent: the order among them is not promised. A cancelled caller
        may or may not have written. Raises StoreUnavailableError when the database can't be written now or too many
        wait already, StoreError when this operation can't be written at all; nothing of it is stored then.
        """
        if self._closed:
            raise StoreUnavailableError(f"the database {self._location} is closed")
        if len(self._waiting) >= WAITING_LIMIT:
            raise StoreUnavailableError(f"the database {self._location} can't keep up: {WAITING_LIMIT} writes wait")
        _require_storable(writes)
        loop = asyncio.get_running_loop()
        operation = _Operation(writes, loop.create_future())
        self._waiting.append(operation)
        if self._idle.is_set():
            self._idle.clear()
            loop.call_soon(self._start)  # not at once: others that are ready in this turn of the loop join
        return await operation.committed

    async def aclose(self) -> None:
        """Commit what waits, then let go of the database. Safe to call twice."""
        self._closed = True
        await self._idle.wait()
        await asyncio.to_thread(self._thread.shutdown)
        self._committer.close()

    def _start(self) -> None:
        batch: list[_Operation] = []
        while self._waiting and len(batch) < BATCH_LIMIT:
            operation = self._waiting.popleft()
            if not operation.committed.done():  # else its caller was cancelled
                batch.append(operation)
        if not batch:
            self._idle.set()
            return
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._thread, self._committer.commit, [operation.writes for operation in batch])
        running.add_done_callback(lambda done: self._finish(batch, done.result()))

    def _finish(self, batch: list[_Operation], results: list[Result]) -> None:
        for operation, result in zip(batch, results, strict=True):
            if operation.committed.done():
                continue
            if isinstance(result, Exception):
                operation.committed.set_exception(result)
            else:
                operation.committed.set_result(result)
        # After the callers that were just woken: what they write next joins the next batch.
        asyncio.get_running_loop().call_soon(self._start)


def _require_storable(writes: Sequence[Write]) -> None:
    """Raise StoreError for text no database takes: a NUL, or half of a surrogate pair."""
    texts = [value for write in writes for value in write.values.values() if type(value) is str]
    if _is_storable("".join(texts)):  # all at once: an answered message stores forty of them
        return
    for write in writes:
        for name, value in write.values.items():
            if type(value) is str and not _is_storable(value):
                raise StoreError(f"{name} holds a NUL or a lone surrogate, which can't be stored")


def _is_storable(text: str) -> bool:
    return "\0" not in text and (text.isascii() or _HALF_PAIR.search(text) is None)
