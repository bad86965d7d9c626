"""`familiar data` and `familiar db`: safety copies and the database's schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

group = typer.Typer(
    name="data",
    help="Back up the database and put a backup in its place.",
    rich_markup_mode=None,
    epilog="Example: familiar data backup familiar-monday.db",
)
database_group = typer.Typer(
    name="db", help="Look after the database.", rich_markup_mode=None, epilog="Example: familiar db upgrade"
)


@group.command(epilog="Example: familiar data backup familiar-monday.db")
def backup(file: Annotated[Path, typer.Argument(help="The new file to write the copy to.")]) -> None:
    """Write a verified copy of the database.

    Familiar may go on running.
    """
    from bot.settings import load_settings
    from bot.store.backup import backup as write_backup

    write_backup(load_settings().database, file)
    print(f"The database is backed up to {file}")


@group.command(epilog="Example: familiar data restore familiar-monday.db")
def restore(file: Annotated[Path, typer.Argument(help="A file that `familiar data backup` wrote.")]) -> None:
    """Put a backup in the database's place.

    Familiar must not be running, chats neither. The database that is replaced is kept beside it.
    """
    from bot.home_lock import HomeLock
    from bot.settings import load_settings, make_home
    from bot.store.backup import restore as put_back

    settings = load_settings()
    with HomeLock(make_home(settings)):
        kept = put_back(file, settings.database)
    print(f"The database is as it was in {file}" + (f"; what it replaced is in {kept}" if kept else ""))


@database_group.command(epilog="Example: familiar db upgrade")
def upgrade() -> None:
    """Create the database, or bring an older one up to date."""
    from bot.settings import load_settings, make_home
    from bot.store import schema

    settings = load_settings()
    make_home(settings)
    schema.upgrade(settings.database)
    print(f"The database has schema {schema.HEAD}")
