"""An echo for 200 people at once, on Discord and on Telegram: Familiar beside the bare libraries, round by round."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from statistics import median

from tests.benchmarks.platform.crowd import Crowd, Figures
from tests.benchmarks.platform.stage import CONVERSATIONS, DiscordStage, Stage, TelegramStage, serve
from tests.benchmarks.report import figure, print_table

ROUNDS = 7
SECONDS = 3.0
WARM_UP_SECONDS = 1.0
FAMILIAR = "Familiar, durable"
PLATFORMS: Mapping[str, tuple[type[Stage], str, str]] = {
    "Discord": (DiscordStage, "discord.py", "bare_discord"),
    "Telegram": (TelegramStage, "python-telegram-bot", "bare_telegram"),
}
"""By name: how it is simulated, and the library with which, and where, the bare echo is written."""


def run() -> None:
    rows = [row for name in PLATFORMS for row in asyncio.run(_compare(name))]
    print_table(
        f"Platforms: {CONVERSATIONS} conversations on each simulator, an echo",
        ["", "messages/s", "x bare", "rounds from .. to", "p50 ms", "p99 ms"],
        rows,
        f"Median of {ROUNDS} interleaved rounds of {SECONDS:g} s, one platform after the other; each person writes "
        "again as soon as the answer is there. Times from platform receive to platform send, with the simulator's own "
        "share. python-telegram-bot as it is by default, one update after the other. Pace and limits are off. "
        "Aims: x bare at least 0.7; on Telegram a p99 below the bare library's",
    )


async def _compare(platform: str) -> list[tuple[str, ...]]:
    stage, library, module = PLATFORMS[platform]
    async with AsyncExitStack() as open_:
        ours = await open_.enter_async_context(serve(stage(), "familiar"))
        bare = await open_.enter_async_context(serve(stage(), module))
        rounds = await _interleave({FAMILIAR: ours, library: bare})
    return [_row(f"{platform}: {name}", rounds[name], rounds[library]) for name in rounds]


async def _interleave(crowds: Mapping[str, Crowd]) -> dict[str, list[Figures]]:
    """Let each write one round after the other, so that a slow moment of the machine hits all of them."""
    for crowd in crowds.values():
        await crowd.write(WARM_UP_SECONDS)
    rounds: dict[str, list[Figures]] = {name: [] for name in crowds}
    for _ in range(ROUNDS):
        for name, crowd in crowds.items():
            rounds[name].append(await crowd.write(SECONDS))
    return rounds


def _row(name: str, rounds: Sequence[Figures], bare: Sequence[Figures]) -> tuple[str, ...]:
    speeds = [each.messages_per_second for each in rounds]
    ratio = median(one / two.messages_per_second for one, two in zip(speeds, bare, strict=True))
    times = (median(each.p50_ms for each in rounds), median(each.p99_ms for each in rounds))
    spread = f"{min(speeds):,.0f} .. {max(speeds):,.0f}"
    return (name, figure(median(speeds)), f"{ratio:.2f}", spread, *map(figure, times))
