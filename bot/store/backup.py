"""Safety copies: taken while Familiar runs, verified before they count, and put back without losing what was there."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import BackupError, StoreError, StoreTooNewError
from bot.store.engines import find_database
from bot.store.schema import require_known
from bot.store.sqlite_file import connect_read_only, draft_beside, put_in_place, read_revision, side_file, sync_to_disk


def backup(url: str, target: Path) -> None:
    """Write a copy of the database to the new file `target`: complete and verified, or not there at all.

    The database may be in use; the copy shows one moment. Raises BackupError or StoreCorruptError in one line.
    """
    path = _database_file(url)
    if not path.exists():
        raise BackupError(f"there is no database at {path} to back up")
    if target.exists():
        raise BackupError(f"{target} exists already: name a new file")
    read_revision(path)  # a damaged database is named as such before copying fails on it
    with _faults(f"can't write the backup {target}"), draft_beside(target) as draft:
        _copy(path, draft)
        _require_sound(draft, f"the database {path} is damaged: no backup was made")
        put_in_place(draft, target)


def restore(source: Path, url: str) -> Path | None:
    """Put a backup in the database's place and return where the replaced database was kept, if there was one.

    Nobody may have the database open. An older schema is upgraded at the next start. Killed anywhere, it leaves either
    the old database or the restored one. Raises BackupError, and StoreTooNewError for a newer Familiar's backup.
    """
    path = _database_file(url)
    if not source.is_file():
        raise BackupError(f"there is no backup {source}")
    _require_sound(source, f"{source} is not a sound backup of Familiar")
    with _faults(f"can't restore {source}"), draft_beside(path) as draft:
        _copy(source, draft)
        _require_sound(draft, f"{source} is not a sound backup of Familiar")
        kept = _keep(path) if path.exists() else None
        for ending in ("-wal", "-shm"):  # else SQLite would apply the old changes to the restored file
            side_file(path, ending).unlink(missing_ok=True)
        draft.replace(path)
        sync_to_disk(path.parent)
    return kept


def _database_file(url: str) -> Path:
    try:
        if make_url(url).get_backend_name() == "postgresql":
            raise BackupError("PostgreSQL has its own tools: back up with pg_dump and put back with pg_restore")
    except ArgumentError:
        pass  # find_database says it better
    return find_database(url)[1]


def _copy(source: Path, draft: Path) -> None:
    """Copy with SQLite's online backup: all in one step, so that writers go on and never make it begin anew."""
    with connect_read_only(source) as reading, closing(sqlite3.connect(draft)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")  # one file, complete without a -wal beside it
    sync_to_disk(draft)


def _require_sound(path: Path, complaint: str) -> None:
    try:
        revision = read_revision(path, "full")
        require_known(revision, path)
    except StoreTooNewError:
        raise
    except StoreError as error:
        raise BackupError(f"{complaint} ({error})") from error
    if revision is None:
        raise BackupError(f"{complaint} (it is empty)")


def _keep(path: Path) -> Path:
    """Give the present database a second name, with what its -wal holds, and return that name."""
    kept = path.with_name(f"{path.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z")
    with suppress(StoreError, sqlite3.Error):  # a damaged one is kept as it is: SQLite might drop its -wal
        read_revision(path)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        os.link(path, kept)
    except OSError:  # a file system without links
        shutil.copy2(path, kept)
    if side_file(path, "-wal").exists():
        shutil.copy2(side_file(path, "-wal"), side_file(kept, "-wal"))
    return kept


@contextmanager
def _faults(task: str) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(f"{task}: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise BackupError(f"{task}: {error}") from error
