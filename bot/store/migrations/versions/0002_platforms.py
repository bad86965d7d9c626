"""Replies with buttons and only for one; memory per member; adapters' notes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("reply_token", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("extras", sa.String(), nullable=True))
    _give_turns_a_person()
    op.create_table(
        "resets",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("turn_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "conversation_id", "user_id", name="pk_resets"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "adapter_notes",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "key", name="pk_adapter_notes"),
        sqlite_with_rowid=False,
    )


def _give_turns_a_person() -> None:
    """The bot's turns had none; it is the one who was answered."""
    op.drop_index("ix_turns_conversation", "turns")
    op.alter_column("turns", "author_id", new_column_name="user_id")
    op.execute("UPDATE turns SET user_id = (SELECT user_id FROM inbox WHERE inbox.id = turns.inbox_id)")
    op.create_index("ix_turns_member", "turns", ["platform", "conversation_id", "user_id", "id"])
