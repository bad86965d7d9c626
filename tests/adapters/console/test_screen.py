from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from adapters.console.screen import CommandCompleter, Screen, wrap
from bot.commands import Command


class Glass(io.StringIO):
    """Keeps all that was ever shown."""

    def __init__(self) -> None:
        super().__init__()
        self.changed = asyncio.Event()

    def write(self, text: str, /) -> int:
        self.changed.set()
        return super().write(text)


class Terminal:
    """A screen at which a test sits: what it types, what it sees, and what the bot was asked."""

    def __init__(self, keyboard: PipeInput) -> None:
        self.keyboard = keyboard
        self._glass = Glass()
        output = Vt100_Output(self._glass, lambda: Size(rows=24, columns=40), term="xterm")
        self.screen = Screen("Rex", keyboard, output)
        self.asked: asyncio.Queue[str] = asyncio.Queue()
        self.answers: asyncio.Queue[str] = asyncio.Queue()
        self.running = asyncio.create_task(self.screen.run(self._ask))

    @property
    def seen(self) -> str:
        return self._glass.getvalue()

    async def sees(self, text: str) -> None:
        async with asyncio.timeout(10):
            while text not in self.seen:
                self._glass.changed.clear()
                await self._glass.changed.wait()

    async def _ask(self, text: str) -> str:
        await self.asked.put(text)
        return await self.answers.get()


@asynccontextmanager
async def sit_down() -> AsyncGenerator[Terminal]:
    with create_pipe_input() as keyboard, create_app_session(input=keyboard):
        terminal = Terminal(keyboard)
        yield terminal
        terminal.running.cancel()
        await asyncio.wait({terminal.running})


async def test_it_prompts_and_shows_the_answer() -> None:
    async with sit_down() as terminal:
        await terminal.sees("you>")
        terminal.keyboard.send_text("hello\r")
        assert await terminal.asked.get() == "hello"
        await terminal.sees("Rex: …")
        await terminal.answers.put("Hi there.")
        await terminal.sees("Hi there.")
        terminal.keyboard.send_text("/quit\r")
        await terminal.running


async def test_words_are_shown_as_they_come() -> None:
    async with sit_down() as terminal:
        terminal.keyboard.send_text("hello\r")
        await terminal.asked.get()
        terminal.screen.show_progress("Once upon")
        await terminal.sees("Once upon")


async def test_escapes_never_reach_the_terminal() -> None:
    async with sit_down() as terminal:
        terminal.keyboard.send_text("hello\r")
        await terminal.asked.get()
        terminal.screen.show_progress("\x1b]0;gotcha\x07")
        await terminal.sees("␛]0;gotcha")
        await terminal.answers.put("\x1b]0;title\x07 done")
        await terminal.sees("␛]0;title␇ done")
        assert "\x1b]0;" not in terminal.seen


@pytest.mark.parametrize("leave", ["\x04", "\x03", "/quit\r", " /quit \r"])
async def test_leaving(leave: str) -> None:
    async with sit_down() as terminal:
        await terminal.sees("you>")
        terminal.keyboard.send_text(leave)
        await terminal.running


async def test_interrupting_clears_the_line_first() -> None:
    async with sit_down() as terminal:
        terminal.keyboard.send_text("not this\x03but this\r")
        assert await terminal.asked.get() == "but this"


async def test_interrupting_stops_the_wait_and_then_leaves() -> None:
    async with sit_down() as terminal:
        terminal.keyboard.send_text("hello\r")
        await terminal.asked.get()
        terminal.keyboard.send_text("\x03still here\r")
        assert await terminal.asked.get() == "still here"
        await terminal.answers.put("I am too.")
        await terminal.sees("I am too.")
        terminal.keyboard.send_text("\x03")
        await terminal.running


async def test_several_pasted_lines_are_one_message() -> None:
    async with sit_down() as terminal:
        terminal.keyboard.send_text("\x1b[200~one\r\ntwo\x1b[201~\r")
        assert await terminal.asked.get() == "one\ntwo"


async def test_an_empty_line_asks_nothing() -> None:
    async with sit_down() as terminal:
        terminal.keyboard.send_text("\r  \rhello\r")
        assert await terminal.asked.get() == "hello"


async def test_what_was_typed_comes_back() -> None:
    async with sit_down() as terminal:
        terminal.keyboard.send_text("hello\r")
        await terminal.asked.get()
        terminal.keyboard.send_text("\x1b[A\r")
        assert await terminal.asked.get() == "hello"


def test_commands_are_completed() -> None:
    completer = CommandCompleter()
    completer.commands = (Command("help", "Show what I can do"), Command("hero", "Name a hero"))
    found = completer.get_completions(Document("/he"), CompleteEvent())
    assert [(each.text, each.display_meta_text) for each in found] == [
        ("/help", "Show what I can do"),
        ("/hero", "Name a hero"),
    ]
    assert not list(completer.get_completions(Document("he"), CompleteEvent()))


def test_wide_characters_count_two_when_lines_are_cut() -> None:
    assert wrap("abcd你好吗\n\nx", 6) == ["abcd你", "好吗", "", "x"]
