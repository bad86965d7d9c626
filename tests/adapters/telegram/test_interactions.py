"""Familiar in its own process on a simulated Telegram: commands, buttons, and answers for one person alone."""

from __future__ import annotations

import pytest

from adapters.telegram.sending import ONLY_PRIVATELY
from tests.adapters.telegram.conftest import House
from tests.simulators.telegram_payloads import Json
from tests.simulators.telegram_state import USERNAME

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_menu_holds_everybodys_commands_with_subcommands_under_one_name(house: House) -> None:
    menu = {entry["command"]: entry["description"] for entry in house.world.commands["default"]}
    assert menu["ping"] == "Answer"
    assert menu["add"] == "<first> [second] [loud] [note] Add numbers"
    assert menu["later"] == "secretly: Wait for the caller alone"
    assert not any("Only for admins" in description for description in menu.values())


async def test_the_menu_is_not_set_again_by_the_next_process(house: House) -> None:
    assert len(house.world.requests("setMyCommands")) == 1


@pytest.mark.parametrize(
    ("typed", "answered"),
    [("/add 1 2", "3.0"), ("/add 1 2 yes !", "3.0!!"), ("/add x", "first must be a whole number, not 'x'.")],
)
async def test_arguments_are_read_as_the_command_declares_them(house: House, typed: str, answered: str) -> None:
    person = house.person()
    house.world.say(person, typed, user=person)
    await house.world.until(lambda: house.world.texts(person))
    assert house.world.texts(person)[0].startswith(answered)


async def test_a_subcommand_is_called_with_two_words(house: House) -> None:
    person = house.person()
    house.world.say(person, "/later secretly", user=person)
    await house.reads(person, "waited secretly")


async def test_an_admins_command_is_refused_to_others(house: House) -> None:
    person = house.person()
    house.world.say(person, "/model probe", user=person)
    await house.reads(person, "Only the people who run me may do that.")


async def _offer(house: House, chat: int, **about: int) -> Json:
    house.world.say(chat, f"/choose@{USERNAME}" if chat < 0 else "/choose", **about)
    await house.reads(chat, "Choose")
    return house.world.said(chat)[0]


async def test_a_press_is_answered_and_so_is_the_person(house: House) -> None:
    person = house.person()
    offer = await _offer(house, person, user=person)
    press = house.world.press(person, offer["message_id"], "one", user=person)
    await house.reads(person, "Choose", "pressed one")
    assert house.world.callbacks[press] == "answered"


async def test_a_private_answer_to_a_press_in_a_group_is_a_note(house: House) -> None:
    group = house.group()
    press = house.world.press(group, (await _offer(house, group))["message_id"], "quiet")
    await house.world.until(lambda: house.world.callbacks[press] == "answered")
    assert house.world.answers[press] == "pressed quiet"
    assert house.world.texts(group) == ["Choose"]


async def test_a_press_that_gets_no_answer_is_ended_all_the_same(house: House) -> None:
    group = house.group()
    press = house.world.press(group, (await _offer(house, group))["message_id"], "nothing")
    await house.world.until(lambda: house.world.callbacks[press] == "answered")
    assert house.world.texts(group) == ["Choose"]


async def test_a_press_that_is_too_old_costs_nothing_but_its_note(house: House) -> None:
    person = house.person()
    offer = await _offer(house, person, user=person)
    house.world.callbacks[house.world.press(person, offer["message_id"], "one", user=person)] = "expired"
    await house.reads(person, "Choose", "pressed one")


async def test_what_is_for_one_person_reaches_them_alone(house: House) -> None:
    group, person = house.group(), house.person()
    house.world.say(person, "hello", user=person)
    await house.reads(person, "heard hello")
    house.world.say(group, "/secret", user=person)
    await house.reads(person, "heard hello", "s3cret ".strip())
    assert house.world.texts(group) == []


async def test_a_command_it_does_not_know_disturbs_nobody_else(house: House) -> None:
    group, person = house.group(), house.person()
    house.world.say(person, "/ping", user=person)
    await house.world.until(lambda: house.world.texts(person))
    house.world.say(group, f"/nonsense@{USERNAME}", user=person)
    [_, answer] = await house.world.until(lambda: house.world.texts(person)[1:] and house.world.texts(person))
    assert "/nonsense" in answer
    assert house.world.texts(group) == []


async def test_what_is_for_one_person_is_not_said_aloud_where_they_can_not_be_reached(house: House) -> None:
    group, person = house.group(), house.person()
    house.world.say(group, "/secret", user=person)
    await house.reads(group, ONLY_PRIVATELY)
    house.world.say(person, "/secret", user=person)
    await house.reads(person, "s3cret")
