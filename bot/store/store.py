"""Store: the door to the database. It speaks of events, outcomes and deliveries, never of rows."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Executable, Row
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StoreError
from bot.events import ConversationRef, Delivery, PlatformEvent
from bot.memory import MemoryRef
from bot.plugin import Turn
from bot.store import schema, statements
from bot.store.committer import Write
from bot.store.engines import find_database, make_read_engine, make_write_engine
from bot.store.event_codec import UnknownEventError, decode, encode
from bot.store.faults import name_fault
from bot.store.ids import PROCESS_IDS, new_id
from bot.store.moving import move_writes
from bot.store.outcome import Outcome, PendingDelivery, StoredEvent
from bot.store.outcome_writes import outcome_writes, reply_id
from bot.store.reply_extras import decode_reply
from bot.store.writer import GroupCommitWriter

Undelivered = Literal["failed", "ambiguous", "withdrawn"]

_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class Store:
    """Keeps what must last. Every save_… has been committed to disk when it returns.

    Every method raises StoreUnavailableError while the database can't be used (locked, disk full; later it may work
    again), StoreCorruptError when damage is found, and StoreError when this very thing can't be stored.
    """

    def __init__(self, writer: GroupCommitWriter, reader: AsyncEngine, location: str) -> None:
        self._writer = writer
        self._reader = reader
        self._location = location

    @classmethod
    async def open(cls, url: str) -> Store:
        """Open the database at `url`, creating or upgrading it where needed.

        Raises StoreCorruptError, StoreTooNewError, StoreUnavailableError or StoreError; the database is untouched then.
        """
        parsed, path = find_database(url)
        await asyncio.to_thread(schema.upgrade, url)
        store = cls(GroupCommitWriter(make_write_engine(parsed), str(path)), make_read_engine(parsed), str(path))
        try:
            for latest in statements.LATEST_IDS:
                [row] = await store._read(latest)
                PROCESS_IDS.advance_past(row.id or 0)
        except BaseException:
            await store.aclose()
            raise
        return store

    async def aclose(self) -> None:
        """Commit what was begun and let go of the database. Safe to call twice."""
        await self._writer.aclose()
        await self._reader.dispose()

    async def save_event(self, event: PlatformEvent) -> int | None:
        """Take an event in and return its inbox id; None if this update was taken in before."""
        try:
            kind, payload = encode(event)
        except ValueError as error:
            raise StoreError(f"a {type(event).__name__} can't be stored: {str(error).splitlines()[0]}") from None
        if "\\u0000" in payload and _ESCAPED_NUL.search(payload):
            raise StoreError(f"a {kind} holds a NUL, which can't be stored")
        inbox_id = new_id()
        row = {
            "id": inbox_id,
            "platform": event.conversation.platform,
            "update_id": event.update_id,
            "conversation_id": event.conversation.conversation_id,
            "user_id": event.author.ref.user_id,
            "kind": kind,
            "payload": payload,
            "status": "received",
            "received_at": datetime.now(UTC),
            "done_at": None,
        }
        [added] = await self._writer.write([Write(statements.ADD_EVENT, row)])
        return inbox_id if added else None

    async def save_outcome(self, outcome: Outcome) -> None:
        """End an event: commit its reply and everything it changed in one transaction.

        An event ends once: a second outcome raises StoreError and changes nothing.
        """
        await self._writer.write(outcome_writes(outcome, datetime.now(UTC)))

    async def save_attempt(self, nonce: str) -> None:
        """Note that a reply is about to be sent, where a repeated send would show."""
        await self._writer.write([Write(statements.BEGIN_ATTEMPT, {"reply_id": reply_id(nonce)})])

    async def withdraw_attempt(self, nonce: str) -> None:
        """Note that nothing of a reply is with its platform after all."""
        await self._writer.write([Write(statements.WITHDRAW_ATTEMPT, {"reply_id": reply_id(nonce)})])

    async def save_delivered(self, nonce: str, message_id: str | None) -> None:
        """Note that a reply arrived, and the platform's id for it."""
        row = {"reply_id": reply_id(nonce), "now": datetime.now(UTC), "sent_as": message_id}
        await self._writer.write([Write(statements.END_DELIVERED, row)])

    async def save_undelivered(self, nonce: str, status: Undelivered, reason: str) -> None:
        """Note that a reply is given up or withdrawn, or that nobody can tell whether it arrived."""
        row = {"reply_id": reply_id(nonce), "new_status": status, "why": reason}
        await self._writer.write([Write(statements.END_UNDELIVERED, row)])

    async def list_unfinished_events(self, platforms: Collection[str]) -> list[StoredEvent]:
        """Return the events of these platforms that have not ended, oldest first.

        An event this version can't read is marked failed and left out.
        """
        found: list[StoredEvent] = []
        for row in await self._read(statements.UNFINISHED_EVENTS, {"platforms": list(platforms)}):
            event = _decode(row.kind, row.payload)
            if event is None:
                end = {"inbox_id": row.id, "new_status": "failed", "now": datetime.now(UTC)}
                await self._writer.write([Write(statements.END_EVENT, end)])
            else:
                found.append(StoredEvent(row.id, event))
        return found

    async def list_undelivered(self, platforms: Collection[str]) -> list[PendingDelivery]:
        """Return the replies of these platforms that are still to be delivered, oldest first."""
        rows = await self._read(statements.UNDELIVERED, {"platforms": list(platforms)})
        return [PendingDelivery(_delivery(row), attempted=row.status == "sending") for row in rows]

    async def load_history(self, memory: MemoryRef, limit: int) -> tuple[Turn, ...]:
        """Return the latest `limit` turns since the last reset, oldest first."""
        values: dict[str, object] = {
            "platform": memory.conversation.platform,
            "conversation_id": memory.conversation.conversation_id,
            "limit": limit,
        }
        query = statements.SHARED_HISTORY
        if memory.member is not None:
            query, values["member"] = statements.MEMBERS_HISTORY, memory.member
        rows = await self._read(query, values)
        return tuple(Turn(row.author_name if row.role == "user" else None, row.text) for row in reversed(rows))

    async def move_conversation(self, old: ConversationRef, new: ConversationRef) -> None:
        """Give everything of a conversation to its new id, on the same platform. A second time changes nothing."""
        await self._writer.write(move_writes(old, new))

    async def load_note(self, platform: str, key: str) -> str | None:
        """Return what an adapter noted down under a key."""
        rows = await self._read(statements.NOTE, {"platform": platform, "key": key})
        return rows[0].value if rows else None

    async def save_note(self, platform: str, key: str, value: str) -> None:
        """Note something down for an adapter."""
        await self._writer.write([Write(statements.KEEP_NOTE, {"platform": platform, "key": key, "value": value})])

    async def count_by_status(self) -> dict[str, dict[str, int]]:
        """Return how many rows of inbox and outbox there are in each status."""
        return {
            table: {row.status: row.rows for row in await self._read(query)}
            for table, query in statements.COUNTS.items()
        }

    async def count_waiting(self) -> dict[str, int]:
        """Return how many rows of inbox and outbox wait for their end: cheap, however many there are in all."""
        [row] = await self._read(statements.WAITING)
        return {"inbox": row.inbox, "outbox": row.outbox}

    async def _read(self, query: Executable, values: Mapping[str, object] | None = None) -> Sequence[Row[Any]]:
        try:
            async with self._reader.connect() as connection:
                return (await connection.execute(query, values)).all()
        except SQLAlchemyError as error:
            raise name_fault(error, self._location) from error


def _decode(kind: str, payload: str) -> PlatformEvent | None:
    try:
        return decode(kind, payload)
    except (UnknownEventError, ValueError):
        return None


def _delivery(row: Row[Any]) -> Delivery:
    conversation = ConversationRef(row.platform, row.conversation_id)
    return Delivery(str(row.id), conversation, decode_reply(row.text, row.extras), row.reply_to, row.reply_token)
