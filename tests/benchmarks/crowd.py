"""People who write at their own pace, answered or not, to one serving App; and how long they wait for replies."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapter import Publish
from bot.app import App
from bot.events import Author, ConversationRef, MessageReceived, UserRef
from bot.plugin import Plugin
from bot.settings import LimitSettings, ModelSettings, Settings
from bot.testing import FakeGenerator
from tests.benchmarks.contenders.familiar import PLATFORM, WIDE, BenchAdapter


@dataclass(frozen=True, slots=True)
class Group:
    """People who are alike: how many, how much they write together, and for how long each message keeps its handler."""

    name: str
    people: int
    each_second: float
    handler_seconds: float = 0.0


@dataclass(slots=True)
class Account:
    """What came of it: the waits of each group, and how often the host said something of its own."""

    written: int = 0
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict[str, list[float]](list))
    own_words: int = 0


async def crowd(plugin: Plugin, groups: Sequence[Group], seconds: float) -> Account:
    """Let groups write for so long, and return when everything is answered."""
    account = Account()
    began: dict[str, float] = {}

    def on_reply(text: str) -> None:
        if text in began:
            account.waits[text.split(" ")[1]].append(time.perf_counter() - began.pop(text))
        else:
            account.own_words += 1

    with TemporaryDirectory(prefix="familiar-bench-") as home:
        limits = LimitSettings(per_user=WIDE, per_conversation=WIDE, in_all=WIDE)
        settings = Settings(home=Path(home), adapters=(), plugins=(), limits=limits, model=ModelSettings(version=home))
        adapter = BenchAdapter(settings, on_reply)
        async with App(settings, [adapter], [plugin], load=lambda _folder: FakeGenerator()) as app:
            writing = [_write(group, await adapter.publish, began, seconds) for group in groups]
            account.written = sum(await asyncio.gather(*writing))
            await app.settle()
    return account


async def _write(group: Group, publish: Publish, began: dict[str, float], seconds: float) -> int:
    """Write at a steady pace, whatever becomes of it; return how many messages that were."""
    start = time.perf_counter()
    async with asyncio.TaskGroup() as publishing:
        for number in count():
            due = start + number / group.each_second
            if due > start + seconds:
                return number
            if due > time.perf_counter():
                await asyncio.sleep(due - time.perf_counter())
            text = f"{group.handler_seconds} {group.name} {number}"
            began[text] = time.perf_counter()
            publishing.create_task(_hand_in(publish, _message(group, number, text)))
    raise AssertionError("the numbers never end")


async def _hand_in(publish: Publish, message: MessageReceived) -> None:
    await publish(message)


def _message(group: Group, number: int, text: str) -> MessageReceived:
    person, update_id = f"{group.name}{number % group.people}", f"{group.name}-{number}"
    return MessageReceived(
        at=datetime.now(UTC),
        update_id=update_id,
        conversation=ConversationRef(PLATFORM, person),
        author=Author(UserRef(PLATFORM, person), person),
        message_id=update_id,
        text=text,
        is_direct=True,
    )
