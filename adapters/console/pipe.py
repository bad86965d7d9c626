"""The console as a filter: one line in, one line out, in order, and nothing else."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TypeVar

from adapters.console.convert import to_one_line, trim
from adapters.console.face import LEAVE, Ask
from bot.commands import Command
from bot.errors import DeliveryRefusedError, SettingsError

Result = TypeVar("Result")


class Pipe:
    """Reads from one file descriptor and writes to another; either may be a pipe, a file or /dev/null."""

    def __init__(self, source: int, sink: int, longest_line: int) -> None:
        """`longest_line` is in bytes: what a line has beyond it is read and thrown away."""
        self._lines = LineReader(source, longest_line)
        self._sink = sink

    async def run(self, ask: Ask) -> None:
        """Answer line by line. The next line is read only when its predecessor has its answer. Raises SettingsError."""
        try:
            while (line := await on_own_thread(self._lines.next_line)) is not None:
                text = trim(line.decode("utf-8", "replace"))
                if text == LEAVE:
                    return
                await self._write(await ask(text))
        except BrokenPipeError:
            return  # whoever read our lines has seen enough, as `| head -1` does
        except OSError as error:  # a folder as input, a full disk as output
            raise SettingsError(f"can't read standard input or write standard output: {error.strerror}") from None

    async def show(self, text: str) -> None:
        """Drop it: a script expects one line for one line, and this is nobody's answer."""
        raise DeliveryRefusedError("a pipe takes only answers")

    def show_progress(self, text: str) -> None:
        """A pipe gets the finished answer only."""

    def offer(self, commands: Sequence[Command]) -> None:
        """A script knows what it wants to type."""

    async def _write(self, reply: str) -> None:
        line = f"{to_one_line(reply)}\n".encode()
        await on_own_thread(lambda: write_all(self._sink, line))


class LineReader:
    """Cuts what a file descriptor gives into lines. Blocks; holds at most one line and one block."""

    _BLOCK = 65_536

    def __init__(self, source: int, longest_line: int) -> None:
        self._source = source
        self._longest_line = longest_line
        self._unread = bytearray()
        self._ended = False

    def next_line(self) -> bytes | None:
        """The next line without its end, cut to the longest one allowed; None when there are no more."""
        line = bytearray()
        started = False
        while self._unread or self._fill():
            started = True
            part, end, rest = self._unread.partition(b"\n")
            line += part[: self._longest_line - len(line)]
            self._unread = rest
            if end:
                return bytes(line)
        return bytes(line) if started else None

    def _fill(self) -> bool:
        if not self._ended:
            self._unread += os.read(self._source, self._BLOCK)
            self._ended = not self._unread
        return not self._ended


def write_all(sink: int, content: bytes) -> None:
    """Write every byte. Blocks; raises OSError, BrokenPipeError among them."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(sink, rest) :]


async def on_own_thread(call: Callable[[], Result]) -> Result:
    """Await a call that may block for ever. A pool's thread would hold up the exit then; this one does not."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Result] = loop.create_future()

    def work() -> None:
        done: Future[Result] = Future()
        try:
            done.set_result(call())
        except Exception as error:
            done.set_exception(error)
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, done)

    def settle(done: Future[Result]) -> None:
        if outcome.cancelled():
            return
        if error := done.exception():
            outcome.set_exception(error)
        else:
            outcome.set_result(done.result())

    threading.Thread(target=work, daemon=True, name="console").start()
    return await outcome
