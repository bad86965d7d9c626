"""Familiar in its own process on a simulated Discord: slash commands, buttons, and answers for one person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.discord.conftest import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_command_is_acknowledged_and_its_answer_takes_the_placeholders_place(house: House) -> None:
    channel = house.world.open_channel("slash")
    called = house.discord.call(channel, "ping")
    await house.reads(channel, "pong @everyone <@202>")
    interaction = house.world.interactions[called]
    assert interaction.callback == 5
    assert interaction.original is not None
    assert interaction.original["id"] == house.world.said(channel)[0]["id"]


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ({"first": 1}, "1.5"),
        ({"first": 1, "second": 2.5, "loud": True, "note": " a b"}, "3.5! a b"),
        ({"first": -3, "second": 1.0, "loud": False}, "-2.0"),
    ],
    ids=["required only", "all kinds", "negative"],
)
async def test_options_arrive_with_their_values(house: House, options: dict[str, Any], answer: str) -> None:
    channel = house.world.open_channel("options")
    house.discord.call(channel, "add", options)
    await house.reads(channel, answer)


async def test_commands_work_in_direct_messages_and_threads(house: House) -> None:
    direct = house.world.direct(house.world.bob)
    house.discord.call(direct, "ping", person=house.world.bob)
    await house.reads(direct, "pong @everyone <@202>")
    thread = house.world.open_thread(house.world.open_channel("over"), "under")
    await house.world.until(lambda: house.world.texts(thread))
    house.discord.call(thread, "ping")
    await house.world.until(lambda: "pong @everyone <@202>" in house.world.texts(thread))


@pytest.mark.parametrize("name", ["secret", "whisper"])
async def test_an_ephemeral_answer_is_seen_by_the_caller_alone(house: House, name: str) -> None:
    channel, before = house.world.open_channel("private"), len(house.world.whispered())
    house.discord.call(channel, name)
    await house.world.until(lambda: len(house.world.whispered()) > before)
    assert house.world.whispered()[before:] == [{"secret": "s3cret", "whisper": "psst"}[name]]
    assert house.world.channels[channel].messages == {}


async def test_a_long_ephemeral_answer_stays_with_the_caller(house: House) -> None:
    channel, before = house.world.open_channel("private"), len(house.world.whispered())
    house.discord.call(channel, "secret", {"length": 3000})
    await house.world.until(lambda: len(house.world.whispered()) > before + 1)
    assert house.world.channels[channel].messages == {}
    assert all(len(text) <= 2000 for text in house.world.whispered())


async def test_a_long_answer_goes_on_in_the_channel(house: House) -> None:
    channel = house.world.open_channel("lengthy")
    house.discord.call(channel, "long")
    await house.settle(channel)
    parts = house.world.texts(channel)[:-1]
    assert len(parts) > 2
    assert all(len(part) <= 2000 and part.count("```") % 2 == 0 for part in parts)


async def test_an_unknown_command_is_acknowledged_and_answered_privately(house: House) -> None:
    channel, before = house.world.open_channel("unknown"), len(house.world.whispered())
    called = house.discord.call(channel, "pign")
    await house.world.until(lambda: len(house.world.whispered()) > before)
    assert house.world.interactions[called].callback == 5
    assert house.world.whispered()[-1] == "I don't know /pign. Did you mean /ping?"


async def test_who_is_no_admin_is_denied(house: House) -> None:
    channel, before = house.world.open_channel("admins"), len(house.world.whispered())
    house.discord.call(channel, "model", sub="probe")
    await house.world.until(lambda: len(house.world.whispered()) > before)
    assert house.world.whispered()[-1] == "Only the people who run me may do that."
    house.discord.call(channel, "model", sub="probe", person=house.world.bob)
    await house.reads(channel, "admin True")


async def test_one_answer_although_the_acknowledgement_was_heard_twice(house: House) -> None:
    channel = house.world.open_channel("40060")
    house.world.faults.add(match="POST /interactions", status=500, served=True)
    house.discord.call(channel, "ping")
    await house.reads(channel, "pong @everyone <@202>")
    callbacks = [call.status for call in house.world.requests("POST", "/interactions/.*")][-2:]
    assert callbacks == [500, 400]


async def test_a_call_that_can_not_be_acknowledged_any_more_is_answered_in_the_channel(house: House) -> None:
    channel = house.world.open_channel("10062")
    house.discord.call(channel, "ping", age=10)
    await house.reads(channel, "pong @everyone <@202>")


async def test_a_call_older_than_its_token_is_answered_in_the_channel(house: House) -> None:
    channel = house.world.open_channel("old")
    house.discord.call(channel, "ping", age=1000)
    await house.reads(channel, "pong @everyone <@202>")


async def test_an_answer_whose_token_has_expired_meanwhile_goes_to_the_channel(house: House) -> None:
    channel = house.world.open_channel("50027")
    called = house.discord.call(channel, "wait")
    await house.world.until(lambda: house.world.interactions[called].callback)
    house.world.interactions[called].expired = True
    house.discord.call(house.world.open_channel("elsewhere"), "release")
    await house.reads(channel, "waited")


@pytest.mark.parametrize("age", [10, 1000])
async def test_a_private_answer_that_comes_too_late_is_not_said_at_all(house: House, age: float) -> None:
    channel = house.world.open_channel("late")
    house.discord.call(channel, "secret", age=age)
    await house.settle(channel)
    assert house.world.texts(channel) == ["heard settle"]


@pytest.mark.parametrize("fault", [{"status": 503, "served": True}, {"drop": True, "served": True}, {"drop": True}])
async def test_a_fault_while_answering_doubles_nothing(house: House, fault: dict[str, Any]) -> None:
    channel = house.world.open_channel("faulty")
    house.world.faults.add(match="PATCH /webhooks", **fault)
    house.discord.call(channel, "ping")
    await house.settle(channel)
    assert house.world.texts(channel) == ["pong @everyone <@202>", "heard settle"]


async def test_buttons_are_shown_and_pressing_them_is_acknowledged_and_answered(house: House) -> None:
    channel = house.world.open_channel("buttons")
    house.discord.call(channel, "choose")
    await house.reads(channel, "Choose")
    shown = int(house.world.said(channel)[0]["id"])
    presses = [house.discord.press(channel, shown, name) for name in ("nothing", "quiet", "one")]
    await house.reads(channel, "Choose", "pressed one")
    assert "pressed quiet" in house.world.whispered()
    assert [house.world.interactions[press].callback for press in presses] == [6, 6, 6]


async def test_commands_are_offered_globally_and_once(house: House) -> None:
    [put] = house.world.requests("PUT", f"/applications/{house.world.app_id}/commands")
    assert put.status == 200
    menu = {command["name"]: command for command in house.world.commands}
    assert [option["type"] for option in menu["add"]["options"]] == [4, 10, 5, 3]
    assert [option["required"] for option in menu["add"]["options"]] == [True, False, False, False]
    assert {option["name"] for option in menu["model"]["options"]} >= {"probe"}
    assert {command["contexts"][0] for command in menu.values()} == {0}
