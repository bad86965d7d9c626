"""Both platforms answer half of all calls with 429, from the first one on."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from tests.adapters.product import Product
from tests.adapters.telegram.product import HURRIED
from tests.simulators.discord import Discord
from tests.simulators.telegram import Telegram

MESSAGES = [str(number) for number in range(4)]
SECONDS = 1
"""What Telegram asks to wait; Discord asks for half of it."""


async def test_fault_04_half_of_all_calls_answered_429_are_made_again_when_told_and_nothing_is_lost(
    tmp_path: Path,
) -> None:
    async with Discord() as discord, Telegram() as telegram:
        telegram.world.flood_limits = False
        channels, people = [discord.world.open_channel(f"c{number}") for number in range(6)], range(801, 807)
        for simulator, seconds in ((discord, SECONDS / 2), (telegram, SECONDS)):
            simulator.world.faults.add(status=429, retry_after=seconds, every=2, times=10_000)
        async with Product(tmp_path, discord, telegram, command=HURRIED) as product:
            for text in MESSAGES:
                for channel in channels:
                    discord.world.mention(channel, text)
                for person in people:
                    telegram.world.say(person, text, user=person)
            called = discord.call(discord.world.open_channel("commands"), "ping")
            heard = [f"heard {text}" for text in MESSAGES]
            await asyncio.gather(*(discord.world.until(lambda c=c: discord.world.texts(c) == heard) for c in channels))
            await asyncio.gather(*(telegram.world.until(lambda p=p: telegram.world.texts(p) == heard) for p in people))
            await discord.world.until(lambda: discord.world.interactions[called].original)
            replies = len(MESSAGES) * (len(channels) + len(people)) + 1
            await product.keeps(sent=replies, pending=0, sending=0, failed=0, ambiguous=0)
    _assert_obeyed([(f"{call.method} {call.path}", call.status, call.at) for call in discord.world.calls], SECONDS / 2)
    calls = [(f"{call.method} {call.parameters.get('chat_id')}", call.status, call.at) for call in telegram.world.calls]
    _assert_obeyed(calls, SECONDS)


def _assert_obeyed(calls: Iterable[tuple[str, int, float]], seconds: float) -> None:
    """Nothing that was refused is called again before its time."""
    by_name: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for name, status, at in calls:
        by_name[name].append((status, at))
    refused = 0
    for name, made in by_name.items():
        for (status, at), (_, next_at) in pairwise(made):
            if status == 429:
                refused += 1
                assert next_at - at >= seconds - 0.05, name
    assert refused > 10
