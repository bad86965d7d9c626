"""A conversation gets another id, as when a Telegram group becomes a supergroup."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.events import Author, ConversationMigrated, ConversationRef
from bot.memory import MemoryRef
from bot.plugin import Turn
from bot.settings import Settings
from bot.store.outcome import Outcome
from bot.store.store import Store
from tests.bot.house import House
from tests.bot.store.store_contract import BOB, exchange, said, take_in

OLD, NEW = ConversationRef("fake", "-12"), ConversationRef("fake", "-10012")
IN_GROUP: dict[str, Any] = {"space": "-12", "mentions_me": True}


def migrated(update_id: str) -> ConversationMigrated:
    return ConversationMigrated(
        at=datetime.now(UTC), update_id=update_id, conversation=NEW, author=Author.unknown("fake"), old=OLD
    )


def rows_at(settings: Settings, conversation: ConversationRef) -> dict[str, int]:
    """How many rows each table has of a conversation."""
    with closing(sqlite3.connect(settings.home / "familiar.db")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts: dict[str, int] = {}
        for table in tables:
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            if "conversation_id" in columns:
                query = f"SELECT count(*) FROM {table} WHERE conversation_id = ?"
                counts[table] = connection.execute(query, [conversation.conversation_id]).fetchone()[0]
        return counts


async def test_everything_of_a_conversation_goes_with_it_once(settings: Settings) -> None:
    store = await Store.open(settings.database)
    await exchange(store, "1", "I am Ann", "Hi Ann", OLD)
    event = said("2", "forget me", OLD, BOB)
    memory = MemoryRef(OLD, "bob")
    await store.save_outcome(Outcome(inbox_id=await take_in(store, event), event=event, status="done", forgets=memory))
    waiting = await take_in(store, said("3", "still here?", OLD))
    before = rows_at(settings, OLD)
    assert all(before.values())
    for _ in range(2):
        await store.move_conversation(OLD, NEW)
        assert rows_at(settings, NEW) == before
        assert not any(rows_at(settings, OLD).values())
    [unfinished] = await store.list_unfinished_events(["fake"])
    assert (unfinished.inbox_id, unfinished.event.conversation) == (waiting, NEW)
    assert (await store.list_undelivered(["fake"]))[0].delivery.conversation == NEW
    assert await store.load_history(MemoryRef(NEW, "ann"), 9) == (Turn("Ann", "I am Ann"), Turn(None, "Hi Ann"))
    await store.aclose()


async def test_what_began_at_the_new_id_already_is_kept_and_no_reset_is_lost(settings: Settings) -> None:
    store = await Store.open(settings.database)
    await exchange(store, "1", "my secret", "ok", OLD)
    for number, member in enumerate(("ann", None)):
        event = said(f"reset {number}", "forget", OLD)
        forgets = MemoryRef(OLD, member)
        await store.save_outcome(
            Outcome(inbox_id=await take_in(store, event), event=event, status="done", forgets=forgets)
        )
    await exchange(store, "2", "hello", "hi", NEW)
    await store.move_conversation(OLD, NEW)
    for memory in (MemoryRef(NEW, "ann"), MemoryRef(NEW, None)):
        assert [turn.text for turn in await store.load_history(memory, 9)] == ["hello", "hi"]
    assert rows_at(settings, NEW)["conversations"] == 1
    await store.aclose()


@pytest.mark.parametrize("twice", [False, True])
async def test_the_history_follows_the_group(settings: Settings, twice: bool) -> None:
    async with House(settings) as house:
        await house.adapter.ask("brain one", conversation="-12", **IN_GROUP)
        await house.adapter.receive(migrated("m1"))
        if twice:
            await house.adapter.receive(migrated("m2"))
        await house.app.settle()
        moved: dict[str, Any] = {"conversation": "-10012", "space": "-10012"}
        assert await house.adapter.ask("/history", **moved) == "brain one / about brain one"
        assert await house.adapter.ask("brain two", **moved, mentions_me=True)
        assert len(house.network.requests[-1].turns) == 3


async def test_what_waits_in_the_old_group_is_answered_in_the_new_one(settings: Settings) -> None:
    async with House(settings) as house:
        await house.adapter.say("wait", conversation="-12", **IN_GROUP)
        await house.adapter.receive(migrated("m1"))
        await house.adapter.ask("hello", conversation="-10012", **IN_GROUP)  # comes after the move
        house.plugin.gate.set()
        assert await house.adapter.wait_for(2, NEW) == ["heard hello", "heard wait"]
