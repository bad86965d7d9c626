from __future__ import annotations

import asyncio
import hashlib
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import StoreCorruptError, StoreError, StoreTooNewError
from bot.events import ConversationRef
from bot.memory import MemoryRef
from bot.store import schema
from bot.store.engines import find_database, make_write_engine
from bot.store.records import Record
from bot.store.store import Store
from tests.bot.store.store_contract import exchange

KILLED_AT_TURNS = """
import os, signal, sys
from sqlalchemy import Engine, event
from bot.store.schema import upgrade

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, *_):
    if "CREATE TABLE turns" in statement:
        os.kill(os.getpid(), signal.SIGKILL)

upgrade(sys.argv[1])
"""
OPENED_AS_IT_IS = """
import asyncio, sys
from bot.store.store import Store

async def main():
    await (await Store.open(sys.argv[1])).aclose()
    print("alembic" in sys.modules)

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "familiar.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def talk(url: str, messages: int = 0) -> None:
    """Open the store, take in messages and answer them, and close it."""

    async def go() -> None:
        store = await Store.open(url)
        for number in range(messages):
            await exchange(store, str(number), "hello " * 50, "hi")
        await store.aclose()

    asyncio.run(go())


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def layout(path: Path) -> list[object]:
    """All that SQLite knows of a schema, in no order that depends on how it came about."""
    with closing(sqlite3.connect(path)) as connection:
        tables = sorted(
            row[1:] for row in connection.execute("PRAGMA table_list") if row[1] not in ("alembic_version",)
        )
        columns = [connection.execute(f"PRAGMA table_xinfo({table[0]})").fetchall() for table in tables]
        indexes = sorted(
            (table[0], row[2:], connection.execute(f"PRAGMA index_xinfo({row[1]})").fetchall())
            for table in tables
            for row in connection.execute(f"PRAGMA index_list({table[0]})")
        )
    return [tables, columns, indexes]


def test_a_new_database_has_the_newest_schema(path: Path, url: str) -> None:
    assert schema.current_revision(url) is None
    schema.upgrade(url)
    assert schema.current_revision(url) == schema.HEAD
    assert [file.name for file in path.parent.iterdir() if not file.name.endswith(("-wal", "-shm"))] == [path.name]


def test_records_and_migrations_agree(path: Path, url: str, tmp_path: Path) -> None:
    schema.upgrade(url)
    engine = make_write_engine(find_database(url)[0])
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Record.metadata) == []
    engine.dispose()
    directly = tmp_path / "directly.db"
    engine = make_write_engine(find_database(f"sqlite:///{directly}")[0])
    with engine.begin() as connection:
        Record.metadata.create_all(connection)
    engine.dispose()
    assert layout(path) == layout(directly)


def test_every_row_can_be_reached_by_its_person_or_its_conversation() -> None:
    for table in Record.metadata.tables.values():
        columns = set(table.columns.keys())
        assert "platform" in columns, table.name
        assert columns & {"user_id", "conversation_id"} or table.name == "adapter_notes", table.name


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == schema.REVISIONS


def test_a_current_schema_is_opened_without_loading_alembic(url: str) -> None:
    schema.upgrade(url)
    result = run(OPENED_AS_IT_IS, url)
    assert (result.stdout, result.stderr) == ("False\n", "")


def test_what_an_older_familiar_remembered_is_remembered(path: Path, url: str) -> None:
    at = "2026-11-24 12:00:00.000000"
    engine = make_write_engine(find_database(url)[0])
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection, connection:
        for key, user in ((1, "ann"), (2, "bob")):
            event = (key, "fake", str(key), "here", user, "MessageReceived", "{}", "done", at, at)
            connection.execute("INSERT INTO inbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", event)
            for turn, role, author in ((key * 10, "user", user), (key * 10 + 1, "bot", None)):
                row = (turn, "fake", "here", role, author, author, f"{role} and {user}", at, key)
                connection.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("INSERT INTO conversations VALUES ('fake', 'here', ?, ?, NULL)", (at, at))

    async def read(member: str) -> list[str]:
        store = await Store.open(url)
        turns = await store.load_history(MemoryRef(ConversationRef("fake", "here"), member), 9)
        await store.aclose()
        return [turn.text for turn in turns]

    assert asyncio.run(read("ann")) == ["user and ann", "bot and ann"]
    assert asyncio.run(read("bob")) == ["user and bob", "bot and bob"]
    assert schema.current_revision(url) == schema.HEAD


def test_a_killed_migration_can_be_run_again(path: Path, url: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")  # a database, still without tables
    assert run(KILLED_AT_TURNS, url).returncode == -signal.SIGKILL
    assert schema.current_revision(url) is None
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    schema.upgrade(url)
    assert schema.current_revision(url) == schema.HEAD


def test_a_killed_creation_leaves_no_database_and_can_be_run_again(path: Path, url: str) -> None:
    assert run(KILLED_AT_TURNS, url).returncode == -signal.SIGKILL
    assert not path.exists()
    schema.upgrade(url)
    assert schema.current_revision(url) == schema.HEAD


async def test_two_first_starts_at_once_share_one_database(url: str) -> None:
    first, second = await asyncio.gather(Store.open(url), Store.open(url))
    await exchange(first, "1", "hello", "hi")
    await exchange(second, "2", "hello", "hi")
    assert (await second.count_by_status())["inbox"] == {"done": 2}
    await first.aclose()
    await second.aclose()


def test_a_newer_schema_is_refused_untouched(path: Path, url: str) -> None:
    schema.upgrade(url)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = digest(path)
    with pytest.raises(StoreTooNewError, match="9999"):
        talk(url)
    assert digest(path) == before


def test_a_corrupt_page_is_refused_untouched(path: Path, url: str) -> None:
    talk(url, messages=100)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    before = digest(path)
    with pytest.raises(StoreCorruptError, match="familiar data restore"):
        talk(url)
    assert digest(path) == before


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"not a database at all" * 500])
def test_a_file_that_is_no_database_is_refused_and_never_replaced(path: Path, url: str, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreCorruptError):
        talk(url)
    assert path.read_bytes() == content


def test_a_truncated_database_is_refused(path: Path, url: str) -> None:
    schema.upgrade(url)
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(StoreCorruptError):
        talk(url)


def test_changes_left_without_their_database_are_not_taken_for_a_fresh_start(path: Path, url: str) -> None:
    path.with_name("familiar.db-wal").write_bytes(b"left behind")
    with pytest.raises(StoreCorruptError):
        talk(url)
    assert not path.exists()


def test_somebody_elses_database_is_refused_untouched(path: Path, url: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    before = digest(path)
    with pytest.raises(StoreError, match="not one of Familiar's"):
        talk(url)
    assert digest(path) == before


def test_a_folder_that_does_not_exist_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"^[^\n]*nowhere[^\n]*$"):
        talk(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'familiar.db'}")
