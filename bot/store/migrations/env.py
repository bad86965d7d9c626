"""Run by Alembic: migrates over the connection that `bot.store.schema` (or a test) put into the configuration."""

from alembic import context

from bot.store.records import Record

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Record.metadata,
    render_as_batch=True,  # SQLite can't alter most of a table: it is rebuilt
    transactional_ddl=True,  # the caller's transaction holds all steps
)
with context.begin_transaction():
    context.run_migrations()
