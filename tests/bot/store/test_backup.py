from __future__ import annotations

import asyncio
import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import BackupError, StoreError, StoreTooNewError
from bot.store.backup import backup, restore
from bot.store.records import Record
from bot.store.store import Store
from tests.bot.store.store_contract import exchange


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "familiar.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def contents(path: Path) -> dict[str, tuple[int, str]]:
    """Count and hash of every table's rows."""
    with closing(sqlite3.connect(path)) as connection:
        rows = {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
            for name in Record.metadata.tables
        }
    return {name: (len(found), hashlib.sha256(repr(found).encode()).hexdigest()) for name, found in rows.items()}


def fill(url: str, first: int, last: int) -> None:
    async def talk() -> None:
        store = await Store.open(url)
        for number in range(first, last):
            await exchange(store, str(number), f"你好 {number}", "hi")
        await store.aclose()

    asyncio.run(talk())


def names(folder: Path) -> list[str]:
    """The files in a folder, but for those that SQLite keeps beside a database."""
    return sorted(file.name for file in folder.iterdir() if not file.name.endswith(("-wal", "-shm")))


def test_a_restored_backup_has_the_same_counts_and_hashes(path: Path, url: str, tmp_path: Path) -> None:
    fill(url, 0, 20)
    before = contents(path)
    backup(url, tmp_path / "copy.db")
    assert names(tmp_path) == ["copy.db", "familiar.db"]
    fill(url, 20, 30)
    replaced = contents(path)
    kept = restore(tmp_path / "copy.db", url)
    assert contents(path) == before
    assert kept is not None
    assert kept.name.startswith("familiar.db.before-restore-")
    assert contents(kept) == replaced
    fill(url, 30, 31)


def test_a_backup_while_messages_come_in_shows_one_moment(url: str, tmp_path: Path) -> None:
    async def back_up_while_talking() -> None:
        store = await Store.open(url)
        talking = asyncio.gather(*(exchange(store, f"late {number}", "hello", "hi") for number in range(100)))
        await asyncio.to_thread(backup, url, tmp_path / "copy.db")
        await talking
        await store.aclose()

    fill(url, 0, 50)
    asyncio.run(back_up_while_talking())
    counts = {name: count for name, (count, _) in contents(tmp_path / "copy.db").items()}
    assert counts["inbox"] >= 50
    assert counts["turns"] == 2 * counts["replies"] == 2 * counts["outbox"]


def test_a_backup_replaces_no_file(url: str, tmp_path: Path) -> None:
    fill(url, 0, 1)
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(BackupError, match="exists already"):
        backup(url, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


@pytest.mark.parametrize("start", [0, 8192], ids=["in its header", "within"])
def test_a_damaged_database_gives_no_backup_and_is_named(path: Path, url: str, tmp_path: Path, start: int) -> None:
    fill(url, 0, 100)
    content = bytearray(path.read_bytes())
    content[start : start + 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"familiar.db is damaged"):
        backup(url, tmp_path / "copy.db")
    assert names(tmp_path) == ["familiar.db"]


def test_what_was_not_checkpointed_is_kept_when_it_is_replaced(path: Path, url: str, tmp_path: Path) -> None:
    killed = tmp_path / "killed" / "familiar.db"

    async def leave_as_a_killed_process_does() -> None:
        store = await Store.open(url)
        await exchange(store, "late", "hello", "hi")
        for ending in ("", "-wal"):
            shutil.copy(f"{path}{ending}", f"{killed}{ending}")
        await store.aclose()

    fill(url, 0, 3)
    backup(url, tmp_path / "copy.db")
    killed.parent.mkdir()
    asyncio.run(leave_as_a_killed_process_does())
    kept = restore(tmp_path / "copy.db", f"sqlite+aiosqlite:///{killed}")
    assert kept is not None
    assert contents(kept) == contents(path)
    assert contents(killed) == contents(tmp_path / "copy.db")


def test_a_damaged_database_is_kept_beside_the_restored_one(path: Path, url: str, tmp_path: Path) -> None:
    fill(url, 0, 3)
    backup(url, tmp_path / "copy.db")
    path.write_bytes(b"garbage")
    path.with_name("familiar.db-wal").write_bytes(b"old changes")
    kept = restore(tmp_path / "copy.db", url)
    assert kept is not None
    assert kept.read_bytes() == b"garbage"
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"old changes"
    assert contents(path) == contents(tmp_path / "copy.db")
    assert not path.with_name("familiar.db-wal").exists()


def test_a_backup_can_be_restored_where_nothing_is(url: str, path: Path, tmp_path: Path) -> None:
    fill(url, 0, 3)
    backup(url, tmp_path / "copy.db")
    new_home = tmp_path / "new"
    new_home.mkdir()
    assert restore(tmp_path / "copy.db", f"sqlite+aiosqlite:///{new_home / 'familiar.db'}") is None
    assert contents(new_home / "familiar.db") == contents(path)


@pytest.mark.parametrize("content", [b"", b"garbage", b"SQLite format 3\0" + b"\xa5" * 9000])
def test_an_unsound_file_is_not_restored(path: Path, url: str, tmp_path: Path, content: bytes) -> None:
    fill(url, 0, 3)
    before = path.read_bytes()
    (tmp_path / "copy.db").write_bytes(content)
    with pytest.raises(BackupError, match="not a sound backup"):
        restore(tmp_path / "copy.db", url)
    assert path.read_bytes() == before
    assert names(tmp_path) == ["copy.db", "familiar.db"]


def test_a_backup_of_a_newer_familiar_is_not_restored(path: Path, url: str, tmp_path: Path) -> None:
    fill(url, 0, 3)
    backup(url, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(StoreTooNewError):
        restore(tmp_path / "copy.db", url)
    assert path.read_bytes() == before


def test_what_is_not_there_is_told_in_one_line(url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no database"):
        backup(url, tmp_path / "copy.db")
    with pytest.raises(BackupError, match="no backup"):
        restore(tmp_path / "copy.db", url)


def test_a_folder_that_does_not_exist_takes_no_backup(url: str, tmp_path: Path) -> None:
    fill(url, 0, 1)
    with pytest.raises(BackupError, match=r"^[^\n]*No such file[^\n]*$"):
        backup(url, tmp_path / "nowhere" / "copy.db")


def test_postgresql_has_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="pg_dump"):
        backup("postgresql+psycopg://localhost/familiar", tmp_path / "copy")
    (tmp_path / "copy").write_text("a dump")
    with pytest.raises(BackupError, match="pg_restore"):
        restore(tmp_path / "copy", "postgresql+psycopg://localhost/familiar")
