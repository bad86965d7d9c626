"""An echo for 200 people at once on Discord, on Telegram and on both: Familiar beside the bare libraries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.platform.crowd import Figures
from tests.benchmarks.platform.stage import CONVERSATIONS, DiscordStage, Stage, TelegramStage, serve
from tests.benchmarks.report import figure, print_table

ROUNDS = 7
SECONDS = 3.0
WARM_UP_SECONDS = 1.0
FAMILIAR = "Familiar, durable"

Stages = Mapping[str, Stage]
"""By the platform's name."""
Rounds = Mapping[str, Sequence[Figures]]
"""What became of each platform, round by round."""


@dataclass(frozen=True, slots=True)
class Load:
    """Platforms that one bot serves at once, and the module of the bare echo that does the same."""

    title: str
    bare: str
    platforms: Mapping[str, tuple[type[Stage], str]]
    """By name: how it is simulated, and the library that the bare echo uses there."""

    def stages(self) -> Stages:
        """New ones for one bot."""
        return {name: make() for name, (make, _) in self.platforms.items()}


DISCORD = {"Discord": (DiscordStage, "discord.py")}
TELEGRAM = {"Telegram": (TelegramStage, "python-telegram-bot")}
LOADS = (
    Load("", "bare_discord", DISCORD),
    Load("", "bare_telegram", TELEGRAM),
    Load("both at once, ", "bare_both", {**DISCORD, **TELEGRAM}),
)


def run() -> None:
    rows = [row for load in LOADS for row in asyncio.run(_compare(load))]
    print_table(
        f"Platforms: {CONVERSATIONS} conversations on each simulator, an echo",
        ["", "messages/s", "x bare", "rounds from .. to", "p50 ms", "p99 ms"],
        rows,
        f"Median of {ROUNDS} interleaved rounds of {SECONDS:g} s; each person writes again as soon as the answer is "
        "there. Times from platform receive to platform send, with the simulator's own share. Both at once: a process "
        "that serves both, Familiar's or one with both libraries. python-telegram-bot as it is by default, one update "
        "after the other. Pace and limits are off. "
        "Aims: x bare at least 0.7; on Telegram a p99 below the bare library's",
    )


async def _compare(load: Load) -> list[tuple[str, ...]]:
    ours, bare = load.stages(), load.stages()
    async with serve("familiar", [*ours.values()]), serve(load.bare, [*bare.values()]):
        ours_rounds, bare_rounds = await _interleave(ours, bare)
    rows: list[tuple[str, ...]] = []
    for platform, (_, library) in load.platforms.items():
        for name, rounds in ((FAMILIAR, ours_rounds), (library, bare_rounds)):
            rows.append(_row(f"{load.title}{platform}: {name}", rounds[platform], bare_rounds[platform]))
    return rows


async def _interleave(*bots: Stages) -> list[Rounds]:
    """Let people write to one bot after the other, so that a slow moment of the machine hits all of them."""
    for stages in bots:
        await _write(stages, WARM_UP_SECONDS)
    rounds = [{platform: list[Figures]() for platform in stages} for stages in bots]
    for _ in range(ROUNDS):
        for stages, found in zip(bots, rounds, strict=True):
            for platform, figures in (await _write(stages, SECONDS)).items():
                found[platform].append(figures)
    return [*rounds]


async def _write(stages: Stages, seconds: float) -> Mapping[str, Figures]:
    """On all platforms of a bot at the same time."""
    figures = await asyncio.gather(*(stage.crowd.write(seconds) for stage in stages.values()))
    return dict(zip(stages, figures, strict=True))


def _row(name: str, rounds: Sequence[Figures], bare: Sequence[Figures]) -> tuple[str, ...]:
    speeds = [each.messages_per_second for each in rounds]
    ratio = median(one / two.messages_per_second for one, two in zip(speeds, bare, strict=True))
    times = (median(each.p50_ms for each in rounds), median(each.p99_ms for each in rounds))
    spread = f"{min(speeds):,.0f} .. {max(speeds):,.0f}"
    return (name, figure(median(speeds)), f"{ratio:.2f}", spread, *map(figure, times))
