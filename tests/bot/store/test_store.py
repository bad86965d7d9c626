from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StoreError, StoreUnavailableError
from bot.store.store import Store
from tests.bot.store.store_contract import StoreContract, exchange, said, take_in


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite+aiosqlite:///{tmp_path / 'familiar.db'}"


async def test_a_locked_database_refuses_for_now_and_recovers_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "familiar.db"
    store = await Store.open(f"sqlite+aiosqlite:///{path}?timeout=0.05")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        results = await asyncio.gather(
            *(store.save_event(said(str(number))) for number in range(3)), return_exceptions=True
        )
        assert [type(result) for result in results] == [StoreUnavailableError] * 3
        assert "locked" in str(results[0])
        other.execute("ROLLBACK")
    assert await store.count_by_status() == {"inbox": {}, "outbox": {}}
    assert await store.save_event(said("1")) is not None
    await store.aclose()


async def test_opening_a_locked_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "familiar.db"
    url = f"sqlite+aiosqlite:///{path}?timeout=0.05"
    await (await Store.open(url)).aclose()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match="database is locked"):
            await Store.open(url)


async def test_an_event_of_an_unknown_kind_is_marked_failed_and_left_out(tmp_path: Path) -> None:
    path = tmp_path / "familiar.db"
    store = await Store.open(f"sqlite+aiosqlite:///{path}")
    for number in range(3):
        await store.save_event(said(str(number)))
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE inbox SET kind = 'StickerTraded' WHERE update_id = '0'")
        other.execute("UPDATE inbox SET payload = '{}' WHERE update_id = '1'")
    assert [stored.event.update_id for stored in await store.list_unfinished_events(["fake"])] == ["2"]
    assert (await store.count_by_status())["inbox"] == {"failed": 2, "received": 1}
    await store.aclose()


async def test_a_closed_store_takes_nothing_more(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'familiar.db'}")
    pending = asyncio.ensure_future(store.save_event(said("1")))
    await asyncio.sleep(0)
    await store.aclose()
    assert await pending is not None  # what had begun was committed
    with pytest.raises(StoreUnavailableError, match="closed"):
        await store.save_event(said("2"))


async def test_ids_go_on_past_those_of_a_process_whose_clock_was_ahead(tmp_path: Path) -> None:
    path = tmp_path / "familiar.db"
    url = f"sqlite+aiosqlite:///{path}"
    store = await Store.open(url)
    ahead = await take_in(store, said("1")) + (60_000 << 22)  # a minute
    await store.aclose()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE inbox SET id = ?", [ahead])
    store = await Store.open(url)
    assert await take_in(store, said("2")) > ahead
    await store.aclose()


async def test_the_listings_use_their_index(tmp_path: Path) -> None:
    path = tmp_path / "familiar.db"
    store = await Store.open(f"sqlite+aiosqlite:///{path}")
    await exchange(store, "1", "hello", "hi")
    await store.aclose()
    with closing(sqlite3.connect(path)) as connection:
        for query, index in (
            ("SELECT id FROM inbox WHERE status IN ('received') ORDER BY id", "ix_inbox_status_id"),
            ("SELECT id FROM outbox WHERE status IN ('pending', 'sending')", "ix_outbox_status_id"),
            ("SELECT status, count(*) FROM inbox GROUP BY status", "ix_inbox_status_id"),
            (
                "SELECT text FROM turns WHERE platform = 'fake' AND conversation_id = 'here' AND user_id = 'ann'"
                " AND id > 5 ORDER BY id DESC LIMIT 9",
                "ix_turns_member",
            ),
        ):
            plan = " ".join(str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {query}"))
            assert index in plan
            assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize(
    "url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:", "mysql://localhost/familiar", "familiar.db"]
)
async def test_a_url_that_can_not_be_served_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(StoreError, match=r"^[^\n]*database[^\n]*$"):
        await Store.open(url)
