"""Gives the rows of a conversation to its new id, as when a Telegram group becomes a supergroup."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import BindParameter, ColumnElement, Table, Update, and_, bindparam, delete, func, select, update
from sqlalchemy.sql import ClauseElement

from bot.events import ConversationRef
from bot.store.committer import Write
from bot.store.statements import CONVERSATIONS, INBOX, OUTBOX, REPLIES, RESETS, TURNS

_PLATFORM: BindParameter[str] = bindparam("of_platform")
_OLD: BindParameter[str] = bindparam("old_id")
_NEW: BindParameter[str] = bindparam("new_id")


def move_writes(old: ConversationRef, new: ConversationRef) -> list[Write]:
    """Return what is to be written. Both are on the same platform."""
    values = {"of_platform": old.platform, "old_id": old.conversation_id, "new_id": new.conversation_id}
    stored = {"old_json": _as_stored(old), "new_json": _as_stored(new)}
    return [
        Write(_MOVE_EVENTS, {**values, **stored}),
        *(Write(statement, values) for statement in _MOVES),
    ]


def _as_stored(conversation: ConversationRef) -> str:
    """As an event's payload has it."""
    return f'"conversation_id":{json.dumps(conversation.conversation_id, ensure_ascii=False)}'


def _of(table: Table, conversation_id: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(table.c.platform == _PLATFORM, table.c.conversation_id == conversation_id)


def _move(table: Table) -> Update:
    return update(table).where(_of(table, _OLD)).values(conversation_id=_NEW)


def _merge(table: Table, kept: str, *rest_of_key: str) -> Iterator[ClauseElement]:
    """Move rows of a table whose key is the conversation; where there is one at the new id, it is the newer one."""
    other = table.alias("other")
    same = [other.c[name] == table.c[name] for name in rest_of_key]
    there = and_(other.c.platform == _PLATFORM, other.c.conversation_id == _NEW, *same)
    here = and_(other.c.platform == _PLATFORM, other.c.conversation_id == _OLD, *same)
    yield (
        update(table)
        .where(_of(table, _NEW))
        .values({kept: func.coalesce(table.c[kept], select(other.c[kept]).where(here).scalar_subquery())})
    )
    yield _move(table).where(~select(other.c.platform).where(there).exists())
    yield delete(table).where(_of(table, _OLD))


_MOVE_EVENTS = _move(INBOX).values(payload=func.replace(INBOX.c.payload, bindparam("old_json"), bindparam("new_json")))
_MOVES: Sequence[ClauseElement] = (
    *(_move(table) for table in (OUTBOX, TURNS, REPLIES)),
    *_merge(CONVERSATIONS, "reset_turn_id"),
    *_merge(RESETS, "turn_id", "user_id"),
)
