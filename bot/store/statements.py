"""The SQL of the message path, built once: the same object each time lets the writer group and SQLAlchemy cache it.

INSERT ... ON CONFLICT comes from SQLite's dialect; PostgreSQL's has the same methods.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, and_, bindparam, func, literal, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store.records import (
    AdapterNoteRecord,
    ConversationRecord,
    InboxRecord,
    OutboxRecord,
    ReplyRecord,
    ResetRecord,
    TurnRecord,
    UserRecord,
)

INBOX = InboxRecord.__table__
OUTBOX = OutboxRecord.__table__
CONVERSATIONS = ConversationRecord.__table__
TURNS = TurnRecord.__table__
USERS = UserRecord.__table__
REPLIES = ReplyRecord.__table__
RESETS = ResetRecord.__table__
NOTES = AdapterNoteRecord.__table__


def _status(column: ColumnElement[str], *values: str) -> ColumnElement[bool]:
    # Written into the SQL, so that the planner knows it when it picks an index.
    return column.in_([literal(value, literal_execute=True) for value in values])


_add_user = insert(USERS)
_add_conversation = insert(CONVERSATIONS)
_add_reset = insert(RESETS)
_add_note = insert(NOTES)

ADD_EVENT = insert(INBOX).on_conflict_do_nothing(index_elements=["platform", "update_id"])
END_EVENT = (
    update(INBOX)
    .where(INBOX.c.id == bindparam("inbox_id"), INBOX.c.status == "received")
    .values(status=bindparam("new_status"), done_at=bindparam("now"))
)
SEE_USER = _add_user.on_conflict_do_update(
    index_elements=["platform", "user_id"],
    set_={"name": _add_user.excluded.name, "last_seen": _add_user.excluded.last_seen},
)
SEE_CONVERSATION = _add_conversation.on_conflict_do_update(
    index_elements=["platform", "conversation_id"], set_={"last_at": _add_conversation.excluded.last_at}
)
RESET_CONVERSATION = (
    update(CONVERSATIONS)
    .where(
        CONVERSATIONS.c.platform == bindparam("of_platform"),
        CONVERSATIONS.c.conversation_id == bindparam("of_conversation_id"),
    )
    .values(reset_turn_id=bindparam("up_to"))
)
RESET_MEMBER = _add_reset.on_conflict_do_update(
    index_elements=["platform", "conversation_id", "user_id"], set_={"turn_id": _add_reset.excluded.turn_id}
)
ADD_TURN = insert(TURNS)
ADD_REPLY = insert(REPLIES)
ADD_DELIVERY = insert(OUTBOX)

KEEP_NOTE = _add_note.on_conflict_do_update(
    index_elements=["platform", "key"], set_={"value": _add_note.excluded.value}
)

_this_delivery = update(OUTBOX).where(OUTBOX.c.id == bindparam("reply_id"))
BEGIN_ATTEMPT = _this_delivery.values(status="sending", attempts=OUTBOX.c.attempts + 1)
WITHDRAW_ATTEMPT = _this_delivery.where(OUTBOX.c.status == "sending").values(status="pending")
END_DELIVERED = _this_delivery.values(status="sent", sent_at=bindparam("now"), message_id=bindparam("sent_as"))
END_UNDELIVERED = _this_delivery.values(status=bindparam("new_status"), reason=bindparam("why"))

UNFINISHED_EVENTS = (
    select(INBOX.c.id, INBOX.c.kind, INBOX.c.payload)
    .where(_status(INBOX.c.status, "received"), INBOX.c.platform.in_(bindparam("platforms", expanding=True)))
    .order_by(INBOX.c.id)
)
UNDELIVERED = (
    select(OUTBOX)
    .where(
        _status(OUTBOX.c.status, "pending", "sending"), OUTBOX.c.platform.in_(bindparam("platforms", expanding=True))
    )
    .order_by(OUTBOX.c.id)
)


def _here(table: Table) -> ColumnElement[bool]:
    return and_(table.c.platform == bindparam("platform"), table.c.conversation_id == bindparam("conversation_id"))


_reset_by_all = select(CONVERSATIONS.c.reset_turn_id).where(_here(CONVERSATIONS)).scalar_subquery()
_reset_by_member = (
    select(RESETS.c.turn_id).where(_here(RESETS), RESETS.c.user_id == bindparam("member")).scalar_subquery()
)
SHARED_HISTORY = (
    select(TURNS.c.role, TURNS.c.author_name, TURNS.c.text)
    .where(_here(TURNS), TURNS.c.id > func.coalesce(_reset_by_all, 0))
    .order_by(TURNS.c.id.desc())
    .limit(bindparam("limit"))
)
MEMBERS_HISTORY = SHARED_HISTORY.where(
    TURNS.c.user_id == bindparam("member"), TURNS.c.id > func.coalesce(_reset_by_member, 0)
)
NOTE = select(NOTES.c.value).where(NOTES.c.platform == bindparam("platform"), NOTES.c.key == bindparam("key"))
COUNTS = {
    table.name: select(table.c.status, func.count().label("rows")).group_by(table.c.status).order_by(table.c.status)
    for table in (INBOX, OUTBOX)
}
WAITING = select(
    select(func.count()).where(_status(INBOX.c.status, "received")).scalar_subquery().label("inbox"),
    select(func.count()).where(_status(OUTBOX.c.status, "pending", "sending")).scalar_subquery().label("outbox"),
)
LATEST_IDS = [select(func.max(table.c.id).label("id")) for table in (INBOX, OUTBOX, TURNS)]
