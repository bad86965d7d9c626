"""The writer's half that runs in its thread: a batch of operations becomes one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql import ClauseElement

from bot.errors import StoreError
from bot.store.engines import BEGIN
from bot.store.faults import concerns_everybody, name_fault
from bot.store.prepared import Prepared


class Write(NamedTuple):  # as cheap as can be: an answered message makes nine
    """One statement for one row. `refusal`: if no row changes, the whole operation is undone with this line."""

    statement: ClauseElement
    values: Mapping[str, object]
    refusal: str = ""


Result = list[int] | StoreError
"""What became of an operation: how many rows each of its writes changed, or why nothing was written."""

_Group = tuple[ClauseElement, list[Mapping[str, object]]]


class Committer:
    """Commits batches over one connection, which it opens when needed and drops after trouble."""

    def __init__(self, engine: Engine, location: str) -> None:
        self._engine = engine
        self._location = location
        self._connection: PoolProxiedConnection | None = None
        self._prepared: dict[ClauseElement, Prepared] = {}

    def commit(self, batch: Sequence[Sequence[Write]]) -> list[Result]:
        """Write each operation as a whole or not at all, and return what became of it. Never raises an Exception."""
        try:
            if self._connection is None:
                self._connection = self._engine.raw_connection()
            cursor = self._connection.cursor()
            return self._commit_together(cursor, batch) or self._commit_one_by_one(cursor, batch)
        except Exception as error:
            self._drop_connection()  # which undoes what was begun
            return [name_fault(error, self._location) for _ in batch]

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._engine.dispose()

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection = None

    def _commit_together(self, cursor: DBAPICursor, batch: Sequence[Sequence[Write]]) -> list[Result] | None:
        """Run each statement once for all its rows. None, and nothing written, if a row failed or changed nothing."""
        cursor.execute(BEGIN)
        try:
            as_expected = all(self._run(cursor, statement, rows) == len(rows) for statement, rows in _group(batch))
        except Exception as error:
            if concerns_everybody(error):
                raise
            as_expected = False
        cursor.execute("COMMIT" if as_expected else "ROLLBACK")
        return [[1] * len(writes) for writes in batch] if as_expected else None

    def _commit_one_by_one(self, cursor: DBAPICursor, batch: Sequence[Sequence[Write]]) -> list[Result]:
        """Give each operation a savepoint of its own, so that a bad one harms no other."""
        cursor.execute(BEGIN)
        results = [self._run_alone(cursor, writes) for writes in batch]
        cursor.execute("COMMIT")
        return results

    def _run_alone(self, cursor: DBAPICursor, writes: Sequence[Write]) -> Result:
        cursor.execute("SAVEPOINT operation")
        try:
            result: Result = [self._run_checked(cursor, write) for write in writes]
        except Exception as error:
            if concerns_everybody(error):
                raise
            cursor.execute("ROLLBACK TO operation")
            result = name_fault(error, self._location)
        cursor.execute("RELEASE operation")
        return result

    def _run_checked(self, cursor: DBAPICursor, write: Write) -> int:
        changed = self._run(cursor, write.statement, [write.values])
        if not changed and write.refusal:
            raise StoreError(write.refusal)
        return changed

    def _run(self, cursor: DBAPICursor, statement: ClauseElement, rows: Iterable[Mapping[str, object]]) -> int:
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = self._prepared[statement] = Prepared(statement, self._engine.dialect)
        cursor.executemany(prepared.sql, [prepared.bind(row) for row in rows])
        return cursor.rowcount


def _group(batch: Sequence[Sequence[Write]]) -> list[_Group]:
    """Gather the rows of each statement, keeping the order of the statements inside every operation."""
    groups: list[_Group] = []
    latest: dict[ClauseElement, int] = {}
    for writes in batch:
        earliest = 0
        for write in writes:
            place = latest.get(write.statement, -1)
            if place < earliest:
                place = latest[write.statement] = len(groups)
                groups.append((write.statement, []))
            groups[place][1].append(write.values)
            earliest = place
    return groups
