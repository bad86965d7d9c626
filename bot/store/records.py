"""The tables. Every row can be reached by its person or its conversation, for export and erasure.

Ids are made by the process (`ids.py`). There are no foreign keys: rows of different tables are kept for different
times, and each carries the person and the conversation it belongs to.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Index, Integer, MetaData, Table, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

# Constraints need names that stay, or a later migration can't speak of them.
_NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}
# A table whose key is text needs no second tree for a row number.
_KEYED_BY_TEXT: dict[str, Any] = {"sqlite_with_rowid": False}


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: timezone-aware on both ways, kept in UTC (SQLite has no timezones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        return None if value is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Any:
        """The same text as SQLAlchemy makes for SQLite, twice as fast: a message binds eight moments."""
        return _to_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With its timezone again."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value


@lru_cache(2_048)  # a message's rows share their moments, and many messages one transaction
def _to_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(" ", "microseconds").removesuffix("+00:00")


def _key() -> Any:
    # INTEGER, not BIGINT, is what makes SQLite store the rows by this key.
    return Field(
        sa_column=Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False)
    )


class Record(SQLModel):
    """Root of all tables."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=_NAMES)  # pyright: ignore[reportIncompatibleVariableOverride]
    __tablename__: ClassVar[str]  # pyright: ignore[reportIncompatibleVariableOverride]
    __table__: ClassVar[Table]


class InboxRecord(Record, table=True):
    """An event as it came in. `status`: received, then done, shed or failed."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("platform", "update_id"),  # a second arrival of an update is no second row
        Index("ix_inbox_status_id", "status", "id"),  # what is unfinished, in order; counting
    )

    id: int = _key()
    platform: str
    update_id: str
    conversation_id: str
    user_id: str
    kind: str
    payload: str
    status: str
    received_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OutboxRecord(Record, table=True):
    """A reply on its way; `id` is its nonce. `status`: pending, sending, then sent, failed, ambiguous or withdrawn."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_status_id", "status", "id"),)

    id: int = _key()
    platform: str
    conversation_id: str
    user_id: str
    text: str
    reply_to: str | None = None
    status: str
    attempts: int = 0
    reason: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_id: str | None = None
    reply_token: str | None = None
    extras: str | None = None
    """JSON of `ephemeral` and `buttons`; none for a plain reply."""


class ConversationRecord(Record, table=True):
    """A place where things are said. Turns up to `reset_turn_id`, whoever's they are, are no longer used."""

    __tablename__ = "conversations"
    __table_args__ = _KEYED_BY_TEXT

    platform: str = Field(primary_key=True)
    conversation_id: str = Field(primary_key=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    reset_turn_id: int | None = Field(default=None, sa_type=BigInteger)


class TurnRecord(Record, table=True):
    """One thing that was said. `role`: user or bot; `user_id` is who spoke, or who was answered."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_member", "platform", "conversation_id", "user_id", "id"),)

    id: int = _key()
    platform: str
    conversation_id: str
    role: str
    user_id: str | None = None
    author_name: str | None = None
    text: str
    at: datetime = Field(sa_type=UtcDateTime)
    inbox_id: int = Field(sa_type=BigInteger)


class UserRecord(Record, table=True):
    """A person, as last seen on a platform."""

    __tablename__ = "users"
    __table_args__ = _KEYED_BY_TEXT

    platform: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    name: str
    first_seen: datetime = Field(sa_type=UtcDateTime)
    last_seen: datetime = Field(sa_type=UtcDateTime)


class ReplyRecord(Record, table=True):
    """Why a reply was what it was; `id` is that of its outbox row, `given` JSON of what the speaker was given."""

    __tablename__ = "replies"

    id: int = _key()
    platform: str
    conversation_id: str
    user_id: str
    inbox_id: int = Field(sa_type=BigInteger)
    turn_id: int | None = Field(default=None, sa_type=BigInteger)
    source: str
    model_version: str | None = None
    given: str | None = None


class ResetRecord(Record, table=True):
    """Where a member began afresh: their turns up to `turn_id` are no longer used."""

    __tablename__ = "resets"
    __table_args__ = _KEYED_BY_TEXT

    platform: str = Field(primary_key=True)
    conversation_id: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    turn_id: int = Field(sa_type=BigInteger)


class AdapterNoteRecord(Record, table=True):
    """What an adapter noted down for itself, such as how far it has read. Of no person."""

    __tablename__ = "adapter_notes"
    __table_args__ = _KEYED_BY_TEXT

    platform: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: str
