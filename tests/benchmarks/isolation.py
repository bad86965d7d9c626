"""What some people's slow, blocking or failing messages cost all others, and what happens to too many of them."""

from __future__ import annotations

import asyncio
import time

from bot.events import MessageReceived
from bot.logs import set_up_logs
from bot.plugin import Context, Plugin, on
from bot.settings import LogSettings
from tests.benchmarks.contenders.load import percentile
from tests.benchmarks.crowd import Group, crowd
from tests.benchmarks.memory import resident_mib
from tests.benchmarks.report import figure, print_table

SECONDS = 5.0
OTHERS = Group("others", people=50, each_second=200)
ONE = Group("slow", people=1, each_second=1, handler_seconds=1.0)
TWENTY = Group("slow", people=20, each_second=20, handler_seconds=1.0)
TOO_MANY = Group("many", people=20, each_second=2_000, handler_seconds=0.1)
"""Twenty conversations at a tenth of a second a message take 200 messages a second."""


class Patient(Plugin):
    """Takes the time that a message says."""

    name = "patient"

    @on(MessageReceived)
    async def hear(self, ctx: Context, event: MessageReceived) -> str:
        await asyncio.sleep(_seconds(event))
        return event.text


class Blocking(Plugin):
    """The same in a plain function, which holds up its thread."""

    name = "blocking"

    @on(MessageReceived)
    def hear(self, ctx: Context, event: MessageReceived) -> str | None:
        time.sleep(_seconds(event))
        return event.text


class Failing(Plugin):
    """Raises where it should take its time."""

    name = "failing"

    @on(MessageReceived)
    async def hear(self, ctx: Context, event: MessageReceived) -> str:
        if _seconds(event):
            raise RuntimeError("on purpose")
        return event.text


SCENES: dict[str, tuple[type[Plugin], list[Group]]] = {
    "nobody else": (Patient, [OTHERS]),
    "1 slow conversation, 1 s a message": (Patient, [OTHERS, ONE]),
    "20 slow people, 1 s a message": (Patient, [OTHERS, TWENTY]),
    "20 people whose handler raises": (Failing, [OTHERS, TWENTY]),
    "nobody else, handlers in threads": (Blocking, [OTHERS]),
    "20 people who block a thread for 1 s": (Blocking, [OTHERS, TWENTY]),
}


def run() -> None:
    set_up_logs(LogSettings(level="critical"))
    rows = [_play(scene, *cast) for scene, cast in SCENES.items()]
    print_table(
        f"Isolation: {OTHERS.people} people write {OTHERS.each_second:.0f} messages/s beside ...",
        ["", "p50 ms", "p99 ms", "their own p50 ms", "told of an error"],
        rows,
        "Waits of the fifty people, with a durable store. Aim: p99 as without the slow ones",
    )
    _overload()


def _play(scene: str, plugin: type[Plugin], groups: list[Group]) -> tuple[str, ...]:
    account = asyncio.run(crowd(plugin(), groups, SECONDS))
    waits, slow = account.waits[OTHERS.name], account.waits[ONE.name]
    times = [figure(1e3 * percentile(waits, percent)) for percent in (50, 99)]
    return (scene, *times, figure(1e3 * percentile(slow, 50)) if slow else "", f"{account.own_words or ''}")


def _overload() -> None:
    before = resident_mib()
    account = asyncio.run(crowd(Patient(), [TOO_MANY], SECONDS))
    waits = account.waits[TOO_MANY.name]
    row = (
        f"{TOO_MANY.each_second:,.0f}/s",
        f"{account.written:,}",
        f"{len(waits):,}",
        f"{account.written - len(waits):,}",
        f"{account.own_words:,}",
        figure(max(waits)),
        figure(resident_mib() - before),
    )
    columns = ["written", "messages", "answered", "set aside", "told to slow down", "longest wait s", "MiB more"]
    note = "Aims: the backlog within its bound (32 a conversation, so 3.3 s), 20 MiB"
    print_table("Ten times more than twenty handlers of 0.1 s can take", columns, [row], note)


def _seconds(event: MessageReceived) -> float:
    return float(event.text.partition(" ")[0])
