"""From what a database driver raises to Familiar's own errors."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError

from bot.errors import StoreCorruptError, StoreError, StoreUnavailableError

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def concerns_everybody(error: Exception) -> bool:
    """Whether the database as a whole is in trouble, rather than one operation."""
    cause = _driver_error(error)
    return isinstance(error, OperationalError) or isinstance(cause, sqlite3.OperationalError) or _is_damage(cause)


def name_fault(error: Exception, location: str) -> StoreError:
    """Return the StoreError that tells what `error` means. `location` is where the database lies."""
    if isinstance(error, StoreError):
        return error
    cause = _driver_error(error)
    reason = str(cause).partition("\n")[0] or type(cause).__name__
    if _is_damage(cause):
        return StoreCorruptError(location)
    if concerns_everybody(error) or isinstance(error, OSError):
        return StoreUnavailableError(f"the database {location} can't be used right now: {reason}")
    return StoreError(f"the database {location} refused a write or a read: {reason}")


def _driver_error(error: BaseException) -> BaseException:
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig
    while not isinstance(error, sqlite3.Error) and isinstance(error.__cause__, sqlite3.Error):
        error = error.__cause__
    return error


def _is_damage(error: BaseException) -> bool:
    # The low byte is the kind of error; the rest says where it was found.
    return isinstance(error, sqlite3.DatabaseError) and (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGED
