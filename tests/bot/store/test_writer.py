from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import (
    CheckConstraint,
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    event,
    insert,
    update,
)

from bot.errors import StoreError, StoreUnavailableError
from bot.store import writer as writer_module
from bot.store.committer import Write
from bot.store.engines import find_database, make_write_engine
from bot.store.writer import GroupCommitWriter

THINGS = Table(
    "things",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String, CheckConstraint("name <> 'bad'"), nullable=False),
)
ADD = insert(THINGS)
RENAME = update(THINGS).where(THINGS.c.id == bindparam("of")).values(name=bindparam("to"))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_write_engine(find_database(f"sqlite:///{tmp_path / 'things.db'}")[0])
    with engine.begin() as connection:
        THINGS.create(connection)
    return engine


@pytest_asyncio.fixture
async def writer(engine: Engine) -> AsyncIterator[GroupCommitWriter]:
    writer = GroupCommitWriter(engine, "things.db")
    yield writer
    await writer.aclose()


def add(id_: int, name: str = "good") -> Write:
    return Write(ADD, {"id": id_, "name": name})


def stored(engine: Engine) -> dict[int, str]:
    with engine.connect() as connection:
        return {row.id: row.name for row in connection.execute(THINGS.select())}


async def test_an_operation_that_fails_takes_no_other_down(engine: Engine, writer: GroupCommitWriter) -> None:
    operations = [[add(1)], [add(2), add(20, "bad")], [add(3)], [add(3)], [add(4), Write(RENAME, {"of": 4, "to": "x"})]]
    results = await asyncio.gather(*map(writer.write, operations), return_exceptions=True)
    assert [isinstance(result, StoreError) for result in results] == [False, True, False, True, False]
    assert stored(engine) == {1: "good", 3: "good", 4: "x"}


async def test_what_waits_together_is_one_transaction(engine: Engine, writer: GroupCommitWriter) -> None:
    statements: list[str] = []

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: object) -> None:
        connection.set_trace_callback(statements.append)

    engine.dispose()
    await asyncio.gather(*(writer.write([add(number)]) for number in range(100)))
    assert statements.count("COMMIT") == 1
    assert len(stored(engine)) == 100


async def test_an_operation_keeps_the_order_of_its_writes(engine: Engine, writer: GroupCommitWriter) -> None:
    await writer.write([add(1)])
    there = [Write(RENAME, {"of": 1, "to": "first"}), add(2)]
    and_back = [add(3), Write(RENAME, {"of": 3, "to": "third"}), add(4), Write(RENAME, {"of": 4, "to": "fourth"})]
    assert await asyncio.gather(writer.write(there), writer.write(and_back)) == [[1, 1], [1, 1, 1, 1]]
    assert stored(engine) == {1: "first", 2: "good", 3: "third", 4: "fourth"}


async def test_a_write_that_must_change_something_undoes_its_operation(
    engine: Engine, writer: GroupCommitWriter
) -> None:
    nobody = {"of": 99, "to": "x"}
    counted, refused = await asyncio.gather(
        writer.write([add(1), Write(RENAME, nobody)]),
        writer.write([add(2), Write(RENAME, nobody, refusal="99 is not there")]),
        return_exceptions=True,
    )
    assert counted == [1, 0]
    assert str(refused) == "99 is not there"
    assert stored(engine) == {1: "good"}


async def test_a_full_disk_refuses_for_now_stores_nothing_and_recovers_by_itself(
    engine: Engine, writer: GroupCommitWriter
) -> None:
    pages = 8

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine.dispose()
    operations = [[add(number, "x" * 3000)] for number in range(20)]
    results = await asyncio.gather(*map(writer.write, operations), return_exceptions=True)
    assert [type(result) for result in results] == [StoreUnavailableError] * 20
    assert "disk is full" in str(results[0])
    assert stored(engine) == {}
    pages = 1000
    engine.dispose()  # what `stored` read with; the writer's own connection is gone since the trouble
    await asyncio.gather(*map(writer.write, operations))
    assert len(stored(engine)) == 20


async def test_a_cancelled_caller_disturbs_nobody(engine: Engine, writer: GroupCommitWriter) -> None:
    callers = [asyncio.ensure_future(writer.write([add(number)])) for number in range(3)]
    await asyncio.sleep(0)
    callers[1].cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results] == [list, asyncio.CancelledError, list]
    assert {0, 2} <= stored(engine).keys()
    await writer.write([add(3)])


async def test_only_so_many_wait(writer: GroupCommitWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "WAITING_LIMIT", 5)
    results = await asyncio.gather(*(writer.write([add(number)]) for number in range(8)), return_exceptions=True)
    assert [isinstance(result, StoreUnavailableError) for result in results] == [False] * 5 + [True] * 3
    await writer.write([add(9)])


async def test_more_than_a_batch_is_stored_in_several(
    engine: Engine, writer: GroupCommitWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "BATCH_LIMIT", 7)
    await asyncio.gather(*(writer.write([add(number)]) for number in range(50)))
    assert len(stored(engine)) == 50
