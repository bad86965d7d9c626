"""Simulated platforms with a crowd on each, and a bot in a process of its own that serves them."""

from __future__ import annotations

import asyncio
import sys
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.contenders.familiar import WIDE
from tests.benchmarks.contenders.roster import ROOT
from tests.benchmarks.interpreter import environment
from tests.benchmarks.platform.crowd import Crowd
from tests.simulators import telegram_state
from tests.simulators.discord import Discord
from tests.simulators.telegram import Telegram
from tests.simulators.telegram_payloads import Json

CONVERSATIONS = 200


class Stage(ABC):
    """A platform of its own for each bot: what one leaves there must not slow another."""

    crowd: Crowd

    @property
    @abstractmethod
    def simulator(self) -> Discord | Telegram:
        """What the bot talks to, to be entered before the bot is started."""

    @abstractmethod
    async def connected(self) -> None:
        """Return when the bot has come."""


class DiscordStage(Stage):
    """Direct chats on Discord."""

    def __init__(self) -> None:
        self._discord = Discord()
        world = self._discord.world
        people = [world.meet(f"person{number}") for number in range(CONVERSATIONS)]
        authors = {world.direct(person): person for person in people}
        self.crowd = Crowd(list(authors), lambda channel, text: world.say(channel, text, author=authors[channel]))
        world.listeners.append(self._hear)

    @property
    def simulator(self) -> Discord:
        return self._discord

    async def connected(self) -> None:
        await self._discord.world.until(self._discord.gateway.live)

    def _hear(self, event: str, data: Json, _guild: int | None) -> None:
        if event == "MESSAGE_CREATE" and data["author"].get("bot"):
            self.crowd.on_reply(int(data["channel_id"]), data["content"])


class TelegramStage(Stage):
    """Private chats on Telegram, without its flood limits: they, and not the bot, would be measured."""

    def __init__(self) -> None:
        self._telegram = Telegram()
        self._telegram.world = world = _World(self)
        world.flood_limits = False
        people = range(1_000, 1_000 + CONVERSATIONS)
        self.crowd = Crowd(people, lambda person, text: world.say(person, text, user=person))

    @property
    def simulator(self) -> Telegram:
        return self._telegram

    async def connected(self) -> None:
        await self._telegram.world.until(lambda: self._telegram.world.polls)


class _World(telegram_state.World):
    """Tells when the bot writes: bots get no update about what they write themselves."""

    def __init__(self, stage: TelegramStage) -> None:
        super().__init__()
        self._stage = stage

    def make_message(
        self, chat: int, text: str, sender: int, *, reply_to: int | None = None, topic: int | None = None, **about: Any
    ) -> Json:
        message = super().make_message(chat, text, sender, reply_to=reply_to, topic=topic, **about)
        if sender == telegram_state.ME:
            self._stage.crowd.on_reply(chat, text)
        return message


@asynccontextmanager
async def serve(module: str, stages: Sequence[Stage]) -> AsyncGenerator[None]:
    """Have one bot serve all stages. `module` is the bot's, beside this one."""
    async with AsyncExitStack() as open_:
        home = Path(open_.enter_context(TemporaryDirectory(prefix="familiar-bench-")))
        simulators = [await open_.enter_async_context(stage.simulator) for stage in stages]
        where = {name: value for simulator in simulators for name, value in simulator.environment.items()}
        process = await _start(module, home, where)
        try:
            for stage in stages:
                await stage.connected()
            yield
        except TimeoutError:
            raise RuntimeError(f"{module} left something unanswered:\n{_read_log(home)}") from None
        finally:
            process.kill()
            await process.wait()


async def _start(module: str, home: Path, where: Mapping[str, str]) -> asyncio.subprocess.Process:
    variables = {name: value for name, value in environment().items() if not name.startswith("FAMILIAR_")}
    variables |= {"FAMILIAR_HOME": str(home), "FAMILIAR_MODEL__VERSION": str(home), "FAMILIAR_API__PORT": "0", **where}
    variables |= {f"FAMILIAR_LIMITS__{name}": WIDE for name in ("PER_USER", "PER_CONVERSATION", "IN_ALL")}
    command = (sys.executable, "-m", f"tests.benchmarks.platform.{module}")
    nothing = asyncio.subprocess.DEVNULL
    with (home / "log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *command, env=variables, cwd=ROOT, stdin=nothing, stdout=log, stderr=log
        )


def _read_log(home: Path) -> str:
    return (home / "log").read_text("utf-8")[-4_000:]
