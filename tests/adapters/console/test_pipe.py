from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from adapters.console.pipe import LineReader, Pipe, on_own_thread
from bot.errors import SettingsError


class Ends(NamedTuple):
    read: int
    write: int


@pytest.fixture
def source() -> Iterator[Ends]:
    yield from open_pipe()


@pytest.fixture
def sink() -> Iterator[Ends]:
    yield from open_pipe()


def open_pipe() -> Iterator[Ends]:
    ends = Ends(*os.pipe())
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue  # the test closed it itself


async def shout(text: str) -> str:
    return f"{text.upper()}!\nbye"


async def run(typed: bytes, source: Ends, sink: Ends, longest_line: int = 1000) -> list[str]:
    os.write(source.write, typed)
    os.close(source.write)
    await Pipe(source.read, sink.write, longest_line).run(shout)
    os.close(sink.write)
    return os.read(sink.read, 65_536).decode().splitlines()


async def test_each_line_gets_one_line_in_order(source: Ends, sink: Ends) -> None:
    assert await run(b"one\ntwo\r\n\nlast", source, sink) == ["ONE! bye", "TWO! bye", "! bye", "LAST! bye"]


async def test_no_input_gives_no_output(source: Ends, sink: Ends) -> None:
    assert await run(b"", source, sink) == []


async def test_quit_ends_it(source: Ends, sink: Ends) -> None:
    assert await run(b"one\n/quit\ntwo\n", source, sink) == ["ONE! bye"]


async def test_bad_utf8_and_nul_are_answered(source: Ends, sink: Ends) -> None:
    assert await run(b"a\xff\xc3(\n\0b\0\n", source, sink) == ["A\ufffd\ufffd(! bye", "B! bye"]


async def test_what_a_line_has_too_much_is_dropped(source: Ends, sink: Ends) -> None:
    assert await run(b"abcdef\nxy\n", source, sink, longest_line=4) == ["ABCD! bye", "XY! bye"]


async def test_the_next_line_is_read_only_after_the_answer(source: Ends, sink: Ends) -> None:
    asked: asyncio.Queue[str] = asyncio.Queue()
    go_on = asyncio.Event()

    async def ask(text: str) -> str:
        await asked.put(text)
        await go_on.wait()
        return text

    os.write(source.write, b"one\ntwo\n")
    os.close(source.write)
    running = asyncio.create_task(Pipe(source.read, sink.write, 100).run(ask))
    assert await asked.get() == "one"
    assert asked.empty()
    go_on.set()
    await running
    assert await asked.get() == "two"


async def test_a_reader_that_has_gone_ends_it_quietly(source: Ends, sink: Ends) -> None:
    os.close(sink.read)
    os.write(source.write, b"one\ntwo\n")
    await Pipe(source.read, sink.write, 100).run(shout)


async def test_input_that_can_not_be_read_is_the_operators_matter(sink: Ends, tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(SettingsError, match="directory"):
            await Pipe(folder, sink.write, 100).run(shout)
    finally:
        os.close(folder)


async def test_a_read_that_never_returns_can_be_cancelled(source: Ends, sink: Ends) -> None:
    running = asyncio.create_task(Pipe(source.read, sink.write, 100).run(shout))
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    assert running.cancelled()


def test_a_line_longer_than_a_block_is_one_line(source: Ends, tmp_path: Path) -> None:
    file = tmp_path / "long"
    file.write_bytes(b"x" * 1_000_000 + b"\nend")
    descriptor = os.open(file, os.O_RDONLY)
    try:
        reader = LineReader(descriptor, 2_000_000)
        assert [reader.next_line(), reader.next_line(), reader.next_line()] == [b"x" * 1_000_000, b"end", None]
    finally:
        os.close(descriptor)


async def test_an_error_on_the_thread_is_raised_to_who_waits() -> None:
    def fail() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await on_own_thread(fail)
