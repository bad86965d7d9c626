from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import create_engine
from sqlmodel import Session, select

from bot.store.records import Record, UserRecord


def test_a_moment_of_any_timezone_is_kept_in_utc_and_comes_back_aware(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'records.db'}")
    Record.metadata.create_all(engine)
    in_berlin = datetime(2026, 7, 1, 14, 0, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    with Session(engine) as session:
        session.add(UserRecord(platform="fake", user_id="ann", name="Ann", first_seen=in_berlin, last_seen=in_berlin))
        session.commit()
        found = session.exec(select(UserRecord).where(UserRecord.first_seen == in_berlin)).one()
        assert (found.first_seen, found.first_seen.tzinfo) == (in_berlin, UTC)
    with engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT first_seen FROM users").one()
        assert row.first_seen == "2026-07-01 12:00:00.000005"
    engine.dispose()
