"""Inbox, outbox, conversations, turns, users, replies."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _key() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _create_queues()
    _create_memory()


def _create_queues() -> None:
    op.create_table(
        "inbox",
        _key(),
        _text("platform"),
        _text("update_id"),
        _text("conversation_id"),
        _text("user_id"),
        _text("kind"),
        _text("payload"),
        _text("status"),
        _moment("received_at"),
        _moment("done_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("platform", "update_id", name="uq_inbox_platform_update_id"),
    )
    op.create_index("ix_inbox_status_id", "inbox", ["status", "id"])
    op.create_table(
        "outbox",
        _key(),
        _text("platform"),
        _text("conversation_id"),
        _text("user_id"),
        _text("text"),
        _text("reply_to", nullable=True),
        _text("status"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("reason", nullable=True),
        _moment("created_at"),
        _moment("sent_at", nullable=True),
        _text("message_id", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_status_id", "outbox", ["status", "id"])


def _create_memory() -> None:
    op.create_table(
        "conversations",
        _text("platform"),
        _text("conversation_id"),
        _moment("created_at"),
        _moment("last_at"),
        _number("reset_turn_id", nullable=True),
        sa.PrimaryKeyConstraint("platform", "conversation_id", name="pk_conversations"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "turns",
        _key(),
        _text("platform"),
        _text("conversation_id"),
        _text("role"),
        _text("author_id", nullable=True),
        _text("author_name", nullable=True),
        _text("text"),
        _moment("at"),
        _number("inbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
    )
    op.create_index("ix_turns_conversation", "turns", ["platform", "conversation_id", "id"])
    op.create_table(
        "users",
        _text("platform"),
        _text("user_id"),
        _text("name"),
        _moment("first_seen"),
        _moment("last_seen"),
        sa.PrimaryKeyConstraint("platform", "user_id", name="pk_users"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "replies",
        _key(),
        _text("platform"),
        _text("conversation_id"),
        _text("user_id"),
        _number("inbox_id"),
        _number("turn_id", nullable=True),
        _text("source"),
        _text("model_version", nullable=True),
        _text("given", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
    )
