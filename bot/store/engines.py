"""Connections: one engine to write (driven by the writer's thread), one to read (driven by the event loop)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import StoreError

BEGIN = "BEGIN IMMEDIATE"
"""How a writing transaction begins: one that begins by reading can't write once somebody else has written."""


def find_database(url: str) -> tuple[URL, Path]:
    """Return the parsed URL and the file of a database. Raises StoreError for what can't be served."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError(
            f"database_url {url!r} is not an SQLAlchemy URL such as sqlite+aiosqlite:///familiar.db"
        ) from None
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"can't serve a {parsed.get_backend_name()} database: database_url must begin with sqlite")
    if parsed.database in (None, "", ":memory:"):
        raise StoreError("a database in memory does not last: database_url must name a file")
    return parsed, Path(str(parsed.database))


def make_write_engine(url: URL) -> Engine:
    """Return an engine whose transactions take the write lock when they begin and are on disk when they end."""
    engine = create_engine(url.set(drivername="sqlite"), hide_parameters=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def make_read_engine(url: URL) -> AsyncEngine:
    """Return an engine for single SELECTs, which need no transaction around them."""
    return create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        isolation_level="AUTOCOMMIT",
        pool_reset_on_return=None,
        hide_parameters=True,  # what people said must not reach a log through an error's text
    )


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # else the driver begins transactions by itself, and late, and not for DDL
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(BEGIN)
