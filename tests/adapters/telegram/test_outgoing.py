"""From a reply to messages, without a network."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.telegram.outgoing import loosen_names, to_menu, to_messages, to_note
from adapters.telegram.pacing import Pacer
from bot.commands import Command, Option, Permission
from bot.events import Button, Reply
from tests.cases import CASES
from tests.simulators.telegram_payloads import find_entities, units

PIECES = st.sampled_from(
    [
        "@ana",
        "@",
        "a@b.c",
        "https://x.y/@ana",
        "https://x.org/@ana",
        "https:///@ana",
        "https://x.org/a/@ana ",
        "https://x.y)@ana",
        "ana_1",
        "é",
        " ",
        "\n",
        "```py\n",
        "```",
        "<b>",
        "😀",
        "\u2060",
    ]
)


@settings(max_examples=CASES, deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=20).map("".join), st.sampled_from((1, 1, 1, 100)))
def test_nobody_is_pinged_and_every_message_fits(text: str, times: int) -> None:
    for message in to_messages(Reply(text * times)):
        assert units(message.text) <= 4096
        assert message.text.strip()
        assert not [entity for entity in find_entities(message.text) if entity["type"] == "mention"]
    assert loosen_names(text).replace("\u2060", "") == text.replace("\u2060", "")


def test_what_only_looks_like_an_address_hides_no_name() -> None:
    for text in ("/https://x.org/@anaa@b.c", "x/https://x.org/@anaa"):
        assert not [found for found in find_entities(loosen_names(text)) if found["type"] == "mention"]


def test_buttons_are_below_the_last_message() -> None:
    first, last = to_messages(Reply("x" * 5000, buttons=(Button("Yes", "y"), Button("No", "n"))))
    assert first.keyboard is None
    assert last.keyboard
    assert [[(b.text, b.callback_data) for b in row] for row in last.keyboard.inline_keyboard] == [
        [("Yes", "y")],
        [("No", "n")],
    ]


@pytest.mark.parametrize(
    ("reply", "note"),
    [
        (Reply(" done "), "done"),
        (Reply("x" * 200), "x" * 200),
        (Reply("x" * 201), None),
        (Reply("😀" * 101), None),
        (Reply(""), None),
        (Reply("sure?", buttons=(Button("Yes", "y"),)), None),
    ],
)
def test_what_fits_into_a_note(reply: Reply, note: str | None) -> None:
    assert to_note(reply) == note


def test_the_menu() -> None:
    commands = [
        Command("roll", "Roll a die", (Option("sides", int, required=False),)),
        Command("model status", "Tell which model speaks"),
        Command("model list", "List them"),
        Command("model load", "Load one", permission=Permission.ADMIN),
        Command("wordy", "w" * 400),
    ]
    menu = {entry.command: entry.description for entry in to_menu(commands)}
    assert menu == {
        "model": "status: Tell which model speaks, list: List them",
        "roll": "[sides] Roll a die",
        "wordy": "w" * 256,
    }


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def _send(pacer: Pacer, clock: Clock, *chats: int) -> list[float]:
    times: list[float] = []
    for chat in chats:
        await pacer.wait_for_turn(chat)
        times.append(clock.now)
    return times


async def test_a_chat_gets_one_message_a_second() -> None:
    clock = Clock()
    assert await _send(Pacer(clock, clock.sleep), clock, 1, 1, 2, 1) == [1000.0, 1001.0, 1001.0, 1002.0]


async def test_the_next_message_is_paced_from_when_the_last_was_answered() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock.sleep)
    has_answered = await pacer.wait_for_turn(1)
    clock.now += 0.4
    has_answered()
    assert await _send(pacer, clock, 1) == [1001.4]


async def test_all_together_are_paced_from_the_first_answers() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock.sleep)
    answers = [await pacer.wait_for_turn(chat) for chat in range(1, 31)]
    for seconds, has_answered in enumerate(answers):
        clock.now = 1000.5 + seconds / 100
        has_answered()
    assert await _send(pacer, clock, 31, 32) == [pytest.approx(1001.5), pytest.approx(1001.51)]


async def test_a_group_gets_twenty_a_minute() -> None:
    clock = Clock()
    times = await _send(Pacer(clock, clock.sleep), clock, *[-1] * 41)
    assert times[19] == 1019.0
    assert times[20] == 1060.0
    assert times[40] == 1120.0


async def test_all_together_get_thirty_a_second() -> None:
    clock = Clock()
    times = await _send(Pacer(clock, clock.sleep), clock, *range(1, 62))
    assert [times[29], times[30], times[59], times[60]] == [1000.0, 1001.0, 1001.0, 1002.0]


async def test_a_chat_that_is_held_waits_and_others_do_not() -> None:
    clock = Clock()
    pacer = Pacer(clock, clock.sleep)
    pacer.hold(1, 5.0)
    assert await _send(pacer, clock, 2, 1) == [1000.0, 1005.0]


async def test_those_who_wait_for_one_chat_go_in_order() -> None:
    clock, order = Clock(), list[int]()
    pacer = Pacer(clock, clock.sleep)

    async def go(number: int) -> None:
        await pacer.wait_for_turn(1)
        order.append(number)

    await asyncio.gather(*map(go, range(5)))
    assert order == list(range(5))


async def test_quiet_chats_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.telegram.pacing.FORGET_ABOVE", 10)
    clock = Clock()
    pacer = Pacer(clock, clock.sleep)
    await _send(pacer, clock, *range(1, 11))
    clock.now += 100
    await _send(pacer, clock, 11)
    assert await _send(pacer, clock, 11, 1) == [1101.0, 1101.0]
