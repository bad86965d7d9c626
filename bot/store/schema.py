"""The schema's version, and bringing a database to it. Alembic is imported only when there is something to do."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreCorruptError, StoreTooNewError
from bot.store.engines import find_database, make_write_engine
from bot.store.faults import name_fault
from bot.store.sqlite_file import draft_beside, put_in_place, read_revision, side_file, sync_to_disk

REVISIONS = ("0001", "0002")
"""Every revision this version knows, oldest first."""
HEAD = REVISIONS[-1]

_one_at_a_time = threading.Lock()  # Alembic keeps what it works on in module globals


def current_revision(url: str) -> str | None:
    """Return the schema revision of a database, None if there is no database yet. Raises StoreError."""
    _, path = find_database(url)
    return read_revision(path) if path.exists() else None


def upgrade(url: str) -> None:
    """Create the database if there is none, bring an older one to HEAD, and see that it can be written.

    A database that is damaged or newer is refused untouched. An upgrade is one transaction: killed anywhere, it leaves
    the old schema and can be run again. Raises StoreCorruptError, StoreTooNewError, StoreUnavailableError, StoreError.
    """
    parsed, path = find_database(url)
    try:
        if not path.exists():
            _create(parsed, path)
        revision = read_revision(path)
        require_known(revision, path)
        if revision == HEAD:
            _require_writable(parsed)
        else:
            _migrate(parsed)
    except (SQLAlchemyError, OSError) as error:
        raise name_fault(error, str(path)) from error


def require_known(revision: str | None, path: Path) -> None:
    """Raise StoreTooNewError for a revision that is not among ours."""
    if revision is not None and revision not in REVISIONS:
        raise StoreTooNewError(str(path), revision)


def _create(url: URL, path: Path) -> None:
    """Build a new database under another name, so that nobody ever finds half of one."""
    leftover = side_file(path, "-wal")
    if leftover.exists() and leftover.stat().st_size:
        raise StoreCorruptError(str(path))  # it was moved away; SQLite would replay the leftover into the new one
    with draft_beside(path) as draft:
        _migrate(url.set(database=str(draft)))
        sync_to_disk(draft)
        with suppress(FileExistsError):  # another process was faster: its database is as good
            put_in_place(draft, path)


def _migrate(url: URL) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    engine = make_write_engine(url)
    try:
        with _one_at_a_time, engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _require_writable(url: URL) -> None:
    engine = make_write_engine(url)
    try:
        with engine.begin():
            pass
    finally:
        engine.dispose()
