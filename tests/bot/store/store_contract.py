"""What every database behind Store must do: inherit the class and give it a `url` fixture for an empty database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.errors import StoreError
from bot.events import (
    ActionInvoked,
    Attachment,
    Author,
    Button,
    CommandInvoked,
    ConversationMigrated,
    ConversationRef,
    Delivery,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PlatformEvent,
    ReactionChanged,
    Reply,
    ThreadCreated,
    UserRef,
)
from bot.memory import MemoryRef
from bot.plugin import Turn
from bot.store.ids import new_id
from bot.store.outcome import Outcome, PendingDelivery, StoredEvent
from bot.store.store import Store

HERE = ConversationRef("fake", "here")
ELSEWHERE = ConversationRef("fake", "elsewhere")
ANN = Author(UserRef("fake", "ann"), "Ann")
BOB = Author(UserRef("fake", "bob"), "Bob")
ANNS, ANNS_ELSEWHERE = MemoryRef(HERE, "ann"), MemoryRef(ELSEWHERE, "ann")
BOBS, EVERYBODYS = MemoryRef(HERE, "bob"), MemoryRef(HERE, None)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def said(
    update_id: str, text: str = "hello", conversation: ConversationRef = HERE, author: Author = ANN
) -> MessageReceived:
    return MessageReceived(
        at=NOON, update_id=update_id, conversation=conversation, author=author, message_id=f"m{update_id}", text=text
    )


def reply(text: str, conversation: ConversationRef = HERE) -> Delivery:
    return Delivery(str(new_id()), conversation, Reply(text))


_FACTS: Any = {"at": NOON, "update_id": "1", "conversation": HERE, "author": ANN}
EVENTS: tuple[PlatformEvent, ...] = (
    MessageReceived(
        **_FACTS,
        space="s1",
        parent=ELSEWHERE,
        reply_token="token",
        message_id="m1",
        text="你好",
        mentions_me=True,
        reply_to="m0",
        replies_to_me=True,
        attachments=(Attachment("photo", "cat.jpg", 4_000), Attachment("file", "notes.txt")),
    ),
    MessageEdited(**_FACTS, message_id="m1", text="hello", edited_at=NOON),
    MessageDeleted(at=NOON, update_id="1", conversation=HERE, author=Author.unknown("fake"), message_id="m1"),
    ReactionChanged(**_FACTS, message_id="m1", added=("👍", "party"), removed=("❤",)),
    CommandInvoked(**_FACTS, name="add", options={"first": "1"}, is_direct=True),
    ActionInvoked(**_FACTS, payload="yes", message_id="m1"),
    ConversationMigrated(**_FACTS, old=ELSEWHERE),
    MembershipChanged(**_FACTS, change="left"),
    ThreadCreated(**_FACTS, parent=ELSEWHERE),
)


async def take_in(store: Store, event: PlatformEvent) -> int:
    inbox_id = await store.save_event(event)
    assert inbox_id is not None
    return inbox_id


async def exchange(
    store: Store,
    update_id: str,
    text: str,
    answer: str,
    conversation: ConversationRef = HERE,
    author: Author = ANN,
) -> None:
    """One message and its answer, stored."""
    event = said(update_id, text, conversation, author)
    inbox_id = await take_in(store, event)
    await store.save_outcome(
        Outcome(inbox_id=inbox_id, event=event, status="done", delivery=reply(answer, conversation), spoken=True)
    )


class StoreContract:
    @pytest_asyncio.fixture
    async def store(self, url: str) -> AsyncIterator[Store]:
        store = await Store.open(url)
        yield store
        await store.aclose()

    async def test_the_same_update_a_hundred_times_is_one_row(self, store: Store) -> None:
        ids = await asyncio.gather(*(store.save_event(said("1")) for _ in range(100)))
        assert len([id_ for id_ in ids if id_ is not None]) == 1
        assert await store.save_event(said("1")) is None
        assert await store.count_by_status() == {"inbox": {"received": 1}, "outbox": {}}

    async def test_new_updates_among_repeated_ones_are_all_taken_in(self, store: Store) -> None:
        await store.save_event(said("0"))
        ids = await asyncio.gather(*(store.save_event(said(str(number))) for number in range(50)))
        assert ids[0] is None
        assert None not in ids[1:]

    async def test_an_update_id_of_another_platform_is_another_update(self, store: Store) -> None:
        assert await store.save_event(said("1")) is not None
        assert await store.save_event(said("1", conversation=ConversationRef("other", "here"))) is not None

    async def test_an_event_is_unfinished_until_its_outcome_is_saved(self, store: Store) -> None:
        first, second = said("1"), CommandInvoked(at=NOON, update_id="2", conversation=HERE, author=ANN, name="help")
        first_id, second_id = await take_in(store, first), await take_in(store, second)
        assert await store.list_unfinished_events(["fake"]) == [
            StoredEvent(first_id, first),
            StoredEvent(second_id, second),
        ]
        await store.save_outcome(Outcome(inbox_id=first_id, event=first, status="shed"))
        assert await store.list_unfinished_events(["fake"]) == [StoredEvent(second_id, second)]

    async def test_only_the_named_platforms_are_listed(self, store: Store) -> None:
        await exchange(store, "1", "hello", "hi")
        await store.save_event(said("2"))
        assert await store.list_unfinished_events(["other"]) == []
        assert await store.list_undelivered(["other"]) == []
        assert await store.list_unfinished_events([]) == []
        assert len(await store.list_unfinished_events(["other", "fake"])) == 1

    async def test_a_reply_is_undelivered_until_it_is_known_to_have_arrived(self, store: Store) -> None:
        await exchange(store, "1", "hello", "hi")
        await exchange(store, "2", "and you?", "fine")
        first, second = await store.list_undelivered(["fake"])
        assert (first.delivery.reply, first.attempted) == (Reply("hi"), False)
        await store.save_attempt(first.delivery.nonce)
        assert await store.list_undelivered(["fake"]) == [PendingDelivery(first.delivery, attempted=True), second]
        await store.save_delivered(first.delivery.nonce, "message 7")
        await store.save_undelivered(second.delivery.nonce, "ambiguous", "the connection broke")
        assert await store.list_undelivered(["fake"]) == []
        assert (await store.count_by_status())["outbox"] == {"ambiguous": 1, "sent": 1}

    async def test_a_delivery_comes_back_as_it_was(self, store: Store) -> None:
        event = said("1")
        reply = Reply("你好 👩‍👩‍👧 *bold*", ephemeral=True, buttons=(Button("Yes ✔", "yes"), Button("No", "no:1")))
        delivery = Delivery(str(new_id()), ELSEWHERE, reply, reply_to="m1", reply_token="interaction 7")
        inbox_id = await take_in(store, event)
        await store.save_outcome(Outcome(inbox_id=inbox_id, event=event, status="done", delivery=delivery))
        assert await store.list_undelivered(["fake"]) == [PendingDelivery(delivery, attempted=False)]

    async def test_history_is_the_latest_turns_oldest_first(self, store: Store) -> None:
        for number in range(4):
            await exchange(store, str(number), f"question {number}", f"answer {number}")
        await exchange(store, "elsewhere", "hush", "ok", ELSEWHERE)
        assert await store.load_history(ANNS, 3) == (
            Turn(None, "answer 2"),
            Turn("Ann", "question 3"),
            Turn(None, "answer 3"),
        )
        assert len(await store.load_history(ANNS, 100)) == 8

    async def test_what_was_not_spoken_is_not_history(self, store: Store) -> None:
        event = said("1")
        inbox_id = await take_in(store, event)
        await store.save_outcome(
            Outcome(inbox_id=inbox_id, event=event, status="done", delivery=reply("I am busy"), source="limits")
        )
        assert await store.load_history(ANNS, 10) == ()

    async def test_a_forgotten_conversation_starts_afresh(self, store: Store) -> None:
        await exchange(store, "1", "I like tea", "noted")
        await exchange(store, "2", "hush", "ok", ELSEWHERE)
        event = CommandInvoked(at=NOON, update_id="3", conversation=HERE, author=ANN, name="reset")
        inbox_id = await take_in(store, event)
        await store.save_outcome(
            Outcome(inbox_id=inbox_id, event=event, status="done", delivery=reply("Afresh."), forgets=ANNS)
        )
        assert await store.load_history(ANNS, 10) == ()
        assert len(await store.load_history(ANNS_ELSEWHERE, 10)) == 2
        await exchange(store, "4", "hello again", "hi")
        assert await store.load_history(ANNS, 10) == (Turn("Ann", "hello again"), Turn(None, "hi"))

    async def test_each_member_has_a_history_and_so_have_all_together(self, store: Store) -> None:
        await exchange(store, "1", "I am Ann", "Hi Ann")
        await exchange(store, "2", "I am Bob", "Hi Bob", author=BOB)
        assert await store.load_history(ANNS, 10) == (Turn("Ann", "I am Ann"), Turn(None, "Hi Ann"))
        assert await store.load_history(BOBS, 10) == (Turn("Bob", "I am Bob"), Turn(None, "Hi Bob"))
        assert [turn.text for turn in await store.load_history(EVERYBODYS, 3)] == ["Hi Ann", "I am Bob", "Hi Bob"]

    async def test_a_member_forgets_nobody_elses_words_and_all_together_forget_everybodys(self, store: Store) -> None:
        await exchange(store, "1", "I am Ann", "Hi Ann")
        await exchange(store, "2", "I am Bob", "Hi Bob", author=BOB)
        for number, memory in enumerate((ANNS, ANNS, EVERYBODYS)):
            event = said(f"reset {number}")
            inbox_id = await take_in(store, event)
            await store.save_outcome(Outcome(inbox_id=inbox_id, event=event, status="done", forgets=memory))
            assert await store.load_history(ANNS, 10) == ()
            assert len(await store.load_history(BOBS, 10)) == (0 if memory is EVERYBODYS else 2)
        assert await store.load_history(EVERYBODYS, 10) == ()

    async def test_what_an_adapter_notes_down_is_kept_apart_for_each(self, store: Store) -> None:
        assert await store.load_note("fake", "read up to") is None
        await store.save_note("fake", "read up to", "7")
        await store.save_note("other", "read up to", "1")
        await store.save_note("fake", "read up to", "8")
        assert await store.load_note("fake", "read up to") == "8"

    @pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
    async def test_every_kind_of_event_comes_back_as_it_was(self, store: Store, event: PlatformEvent) -> None:
        inbox_id = await take_in(store, event)
        assert await store.list_unfinished_events(["fake"]) == [StoredEvent(inbox_id, event)]

    async def test_an_outcome_is_all_or_nothing(self, store: Store) -> None:
        await exchange(store, "1", "hello", "hi")
        [taken] = await store.list_undelivered(["fake"])
        event = said("2", "and you?")
        inbox_id = await take_in(store, event)
        outcome = Outcome(inbox_id=inbox_id, event=event, status="done", delivery=taken.delivery, spoken=True)
        with pytest.raises(StoreError):  # the last row of the transaction is refused: its nonce is taken
            await store.save_outcome(outcome)
        assert await store.list_unfinished_events(["fake"]) == [StoredEvent(inbox_id, event)]
        assert len(await store.load_history(ANNS, 10)) == 2
        assert await store.list_undelivered(["fake"]) == [taken]

    async def test_an_event_ends_once(self, store: Store) -> None:
        event = said("1")
        inbox_id = await take_in(store, event)
        await store.save_outcome(Outcome(inbox_id=inbox_id, event=event, status="done", delivery=reply("hi")))
        with pytest.raises(StoreError, match="has ended before"):
            await store.save_outcome(Outcome(inbox_id=inbox_id, event=event, status="done", delivery=reply("hi")))
        assert len(await store.list_undelivered(["fake"])) == 1

    @pytest.mark.parametrize("text", ["half \ud83d of it", "nul \0 here"])
    async def test_text_no_database_takes_fails_alone(self, store: Store, text: str) -> None:
        event = said("0")
        inbox_id = await take_in(store, event)
        bad = Outcome(inbox_id=inbox_id, event=event, status="done", delivery=reply(text))
        results = await asyncio.gather(
            store.save_event(said("1", text)),
            store.save_event(said("2")),
            store.save_outcome(bad),
            store.save_event(said("3", r"a backslash and \u0000 as text")),
            return_exceptions=True,
        )
        assert [isinstance(result, StoreError) for result in results] == [True, False, True, False]
        assert [stored.event.update_id for stored in await store.list_unfinished_events(["fake"])] == ["0", "2", "3"]

    @pytest.mark.parametrize("nonce", ["", "abc", "-1", "²", "1" * 30])
    async def test_a_nonce_that_never_was_is_refused(self, store: Store, nonce: str) -> None:
        with pytest.raises(StoreError, match="no nonce"):
            await store.save_delivered(nonce, None)

    async def test_what_a_reply_was_given_must_be_json(self, store: Store) -> None:
        event = said("1")
        inbox_id = await take_in(store, event)
        with pytest.raises(StoreError, match="given"):
            await store.save_outcome(
                Outcome(
                    inbox_id=inbox_id, event=event, status="done", delivery=reply("hi"), given={"when": timedelta(1)}
                )
            )

    async def test_many_conversations_write_at_once(self, store: Store) -> None:
        async def talk(number: int) -> None:
            for turn in range(3):
                place = ConversationRef("fake", str(number))
                await exchange(store, f"{number}.{turn}", f"question {turn}", f"answer {turn}", place)

        await asyncio.gather(*(talk(number) for number in range(40)))
        assert await store.count_by_status() == {"inbox": {"done": 120}, "outbox": {"pending": 120}}
        assert [turn.text for turn in await store.load_history(MemoryRef(ConversationRef("fake", "7"), "ann"), 4)] == [
            "question 1",
            "answer 1",
            "question 2",
            "answer 2",
        ]

    async def test_what_was_saved_is_there_after_closing_and_opening(self, url: str) -> None:
        store = await Store.open(url)
        inbox_id = await take_in(store, said("1"))
        await store.aclose()
        await store.aclose()
        store = await Store.open(url)
        assert await store.list_unfinished_events(["fake"]) == [StoredEvent(inbox_id, said("1"))]
        await store.aclose()
