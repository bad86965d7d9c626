"""Familiar in its own process on a simulated Telegram that fails: what is lost, doubled, tried again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.adapters.telegram.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

BAD_ANSWERS: list[dict[str, Any]] = [
    {"status": 500},
    {"status": 502, "body": "<html><body>Bad Gateway</body></html>"},
    {"status": 503, "body": ""},
    {"status": 429, "retry_after": 1},
]


@pytest.mark.parametrize("answer", BAD_ANSWERS, ids=["500", "html", "empty", "429"])
async def test_a_send_that_is_answered_with_trouble_is_tried_again(house: House, answer: dict[str, Any]) -> None:
    person = house.person()
    house.world.faults.add(match=f"sendMessage/{person}", **answer)
    house.world.say(person, "hello", user=person)
    await house.settle(person)
    assert house.world.texts(person) == ["heard hello", "heard settle"]


@pytest.mark.parametrize(
    "answer", [*BAD_ANSWERS, {"drop": True}, {"status": 200, "body": "<html>hello</html>"}], ids=str
)
async def test_a_poll_that_fails_is_tried_again(house: House, answer: dict[str, Any]) -> None:
    person = house.person()
    house.world.faults.add(match="getUpdates", **answer)
    house.world.say(house.person(), "ends the poll that waits")
    house.world.say(person, "hello", user=person)
    await house.reads(person, "heard hello")


async def test_disconnected_in_the_middle_of_a_reply_it_is_sent_once(house: House) -> None:
    person = house.person()
    house.world.say(person, "wait", user=person)
    await house.settle_updates()
    house.world.faults.add(match="getUpdates", drop=True, times=2)
    await house.release()
    await house.settle(person)
    assert house.world.texts(person) == ["heard wait", "heard settle"]


async def test_the_second_half_of_a_reply_is_tried_again_without_the_first(house: House) -> None:
    person = house.person()
    house.world.faults.add(match=f"sendMessage/{person}", status=500, every=2)
    house.world.say(person, "long", user=person)
    await house.settle(person)
    assert len(house.world.texts(person)) == 3
    assert "Look:" in house.world.texts(person)[0]
    assert "That was it." in house.world.texts(person)[1]


@pytest.mark.parametrize("served", [True, False])
async def test_a_send_whose_answer_is_lost_is_not_repeated(house: House, served: bool) -> None:
    """Nobody can tell whether it arrived: it is counted as ambiguous, and the conversation goes on."""
    person = house.person()
    counted = house.product.outbox().get("ambiguous", 0)
    house.world.faults.add(match=f"sendMessage/{person}", drop=True, served=served)
    house.world.say(person, "hello", user=person)
    await house.settle(person)
    assert house.world.texts(person) == ["heard hello"] * served + ["heard settle"]
    assert house.product.outbox()["ambiguous"] == counted + 1


async def test_a_429_holds_its_chat_and_no_other(house: House) -> None:
    limited, free = house.person(), house.person()
    house.world.faults.add(match=f"sendMessage/{limited}", status=429, retry_after=2)
    for person in (limited, free):
        house.world.say(person, "hello", user=person)
    await house.reads(free, "heard hello")
    assert house.world.texts(limited) == []
    await house.reads(limited, "heard hello")
    sends = [call for call in house.world.requests("sendMessage") if call.parameters["chat_id"] == str(limited)]
    assert sends[1].at - sends[0].at >= 2


async def test_while_half_of_all_calls_answer_429_none_is_lost(house: House) -> None:
    fault = house.world.faults.add(match="sendMessage|getUpdates", status=429, retry_after=1, every=2, times=20)
    people = [house.person() for _ in range(20)]
    for person in people:
        house.world.say(person, "hello", user=person)
    await asyncio.gather(*(house.reads(person, "heard hello") for person in people))
    fault.times = 0


async def test_blocked_is_final(house: House) -> None:
    person = house.person()
    failed = house.product.outbox().get("failed", 0)
    house.world.say(person, "wait", user=person)
    await house.settle_updates()
    house.world.set_bot_status(person, "kicked", user=person)
    await house.settle_updates()
    await house.release()
    refused = [("sendMessage", str(person), 403)]
    await house.world.until(
        lambda: (
            [(c.method, c.parameters.get("chat_id"), c.status) for c in house.world.calls if c.status == 403][-1:]
            == refused
        )
    )
    house.world.set_bot_status(person, "member", user=person)
    await house.settle(person)
    assert house.product.outbox()["failed"] == failed + 1
    assert "heard wait" not in house.world.texts(person)


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"message_id": 1}},
        {"message": {"message_id": 1, "date": "soon", "chat": {"id": "x", "type": "private"}}},
        {"message": []},
        {"callback_query": {"id": "1", "data": "x"}},
        {"unheard_of": {"a": 1}},
    ],
    ids=str,
)
async def test_an_update_that_makes_no_sense_holds_up_nothing(house: House, update: dict[str, Any]) -> None:
    person = house.person()
    house.world.push("message", {})
    house.world.updates[-1] = {"update_id": house.world.updates[-1]["update_id"], **update}
    house.world.say(person, "hello", user=person)
    await house.reads(person, "heard hello")
