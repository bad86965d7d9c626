from __future__ import annotations

import asyncio
from collections.abc import Sequence

from adapters.console.adapter import ConsoleAdapter
from adapters.console.face import Ask
from bot.adapter import Adapter
from bot.commands import Command
from bot.settings import Settings
from bot.testing import AdapterContract


class Paper:
    """A face where lines are passed in and answers are laid out."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[str] = asyncio.Queue()
        self.answers: list[str] = []

    async def run(self, ask: Ask) -> None:
        while True:
            self.answers.append(await ask(await self.lines.get()))

    async def show(self, text: str) -> None:
        self.answers.append(text)

    def show_progress(self, text: str) -> None:
        return

    def offer(self, commands: Sequence[Command]) -> None:
        return


class TestConsoleAdapter(AdapterContract):
    async def make_adapter(self) -> Adapter:
        self.paper = Paper()
        return ConsoleAdapter(Settings(), self.paper)

    async def write(self, adapter: Adapter, text: str) -> None:
        await self.paper.lines.put(text)

    def read(self, adapter: Adapter) -> Sequence[str]:
        return self.paper.answers
