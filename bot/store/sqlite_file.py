"""Looking at a database file before anything is trusted or written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from bot.errors import StoreCorruptError, StoreError
from bot.store.faults import name_fault

HEADER = b"SQLite format 3\0"
QUICK_LIMIT_BYTES = 256 * 1024 * 1024
"""Up to this size every page is looked at when the database is opened (in 0.2 s when cached); beyond, its schema."""


def read_revision(path: Path, check: Literal["quick", "full"] = "quick") -> str | None:
    """Return the schema revision of a database file, None if it has no tables yet; the file is not changed.

    Raises StoreCorruptError, StoreUnavailableError, or StoreError when the tables are not Familiar's.
    """
    try:
        if not _has_header(path):
            raise StoreCorruptError(str(path))
        with connect_read_only(path) as connection:
            _check_pages(connection, path, check)
            return _read_revision(connection, path)
    except (sqlite3.Error, OSError) as error:
        raise name_fault(error, str(path)) from error


@contextmanager
def connect_read_only(path: Path) -> Generator[sqlite3.Connection]:
    """Open a database file without being able to change it."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection


def sync_to_disk(path: Path) -> None:
    """Return when a file or a folder's list of names is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def draft_beside(path: Path) -> Generator[Path]:
    """Give the name of a file to build before it becomes `path`; what is left of it is removed afterwards."""
    with TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        yield Path(folder) / path.name


def put_in_place(draft: Path, path: Path) -> None:
    """Give a finished file its name, durably. Raises FileExistsError rather than replace a file."""
    try:
        os.link(draft, path)  # unlike a rename, never replaces
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(path) from None
        draft.rename(path)
    sync_to_disk(path.parent)


def side_file(path: Path, ending: Literal["-wal", "-shm"]) -> Path:
    """The file SQLite keeps beside a database."""
    return path.with_name(path.name + ending)


def _has_header(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def _check_pages(connection: sqlite3.Connection, path: Path, check: Literal["quick", "full"]) -> None:
    if check == "quick" and path.stat().st_size > QUICK_LIMIT_BYTES:
        return
    pragma = "PRAGMA quick_check(1)" if check == "quick" else "PRAGMA integrity_check(1)"
    if connection.execute(pragma).fetchone() != ("ok",):
        raise StoreCorruptError(str(path))


def _read_revision(connection: sqlite3.Connection, path: Path) -> str | None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return None
    row = (
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if "alembic_version" in tables
        else None
    )
    if row is None:
        raise StoreError(f"{path} is a database, but not one of Familiar's")
    return str(row[0])
