"""`familiar chat` as a script sees it: lines in and lines out."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.answers import EMPTY
from bot.home_lock import HomeLock


@pytest.fixture
def chat(home: Path, model: Path) -> list[str]:
    """The command line of a chat with the tiny model, in an empty home."""
    return [sys.executable, "-c", "from bot.cli import main; main()", "chat", "--model", str(model)]


@pytest.fixture
def talk(familiar: Any, model: Path) -> Callable[[bytes], list[str]]:
    """Chat with the tiny model in this process and return the lines that came out."""

    def type_it(typed: bytes) -> list[str]:
        outcome = familiar("chat", "--model", model, typed=typed)
        assert (outcome.code, outcome.err) == (0, "")
        lines = outcome.out.split("\n")
        assert lines.pop() == ""
        return lines

    return type_it


def test_every_line_in_gets_one_line_out_in_order(talk: Callable[[bytes], list[str]]) -> None:
    typed = b"hello\n/about\n\n\0\n/reset\n" + b"x" * 1_000_000 + b"\n\xff\xfe\xed\xa0\x80\n/help\nlast line"
    hello, about, empty, nul, reset, long, bad, commands, last = talk(typed)
    assert all((hello, bad, last))
    assert about.startswith("I am Familiar")
    assert empty == nul == EMPTY
    assert "afresh" in reset
    assert "4,000 characters" in long
    assert "/about" in commands


def test_many_lines_are_all_answered(talk: Callable[[bytes], list[str]]) -> None:
    assert len(talk(b"/about\n" * 200)) == 200


@pytest.mark.parametrize("typed", [b"", b"/quit\n/about\n"])
def test_nothing_is_said_where_nothing_is_asked(talk: Callable[[bytes], list[str]], typed: bytes) -> None:
    assert talk(typed) == []


def test_what_was_said_in_another_session_is_not_answered_again(talk: Callable[[bytes], list[str]]) -> None:
    talk(b"hello\n")
    assert len(talk(b"/about\n")) == 1


def test_a_plugin_can_be_named(familiar: Any, model: Path) -> None:
    assert "unknown plugin 'dcie'" in familiar("chat", "--model", model, "--plugin", "dcie").complaint


def test_a_closed_input_is_an_empty_one(chat: list[str]) -> None:
    done = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *chat], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_reader_that_has_seen_enough_ends_it_quietly(chat: list[str]) -> None:
    with subprocess.Popen(chat, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert ask(process, b"/about\n").startswith(b"I am Familiar")
        assert process.stdout
        process.stdout.close()
        say(process, b"/about\n")
        assert process.wait(60) == 0
        assert process.stderr
        assert process.stderr.read() == b""


def test_an_answer_comes_before_the_next_line_is_typed(chat: list[str]) -> None:
    with subprocess.Popen(chat, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        for _ in range(3):
            assert ask(process, b"/about\n").startswith(b"I am Familiar")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def say(process: subprocess.Popen[bytes], line: bytes) -> None:
    assert process.stdin
    process.stdin.write(line)
    process.stdin.flush()


def ask(process: subprocess.Popen[bytes], line: bytes) -> bytes:
    say(process, line)
    assert process.stdout
    return process.stdout.readline()


def test_a_person_at_a_terminal_gets_a_prompt_and_can_leave(chat: list[str]) -> None:
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}  # this terminal answers no questions
    with subprocess.Popen(chat, stdin=follower, stdout=follower, stderr=follower, env=environment) as process:
        os.close(follower)
        read_until(leader, b"you>")
        os.write(leader, b"/about\r")
        read_until(leader, b"I am Familiar")
        read_until(leader, b"you>")
        os.write(leader, b"\x04")
        read_until(leader, b"\x1b[?2004l")  # what the terminal was told for the prompt is taken back
        assert process.wait(60) == 0
    os.close(leader)


def read_until(terminal: int, expected: bytes) -> None:
    seen = b""
    while expected not in seen:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, seen
        seen += os.read(terminal, 1)


@pytest.fixture
def copied(model: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in model.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    return copy


def weights(model: Path) -> Path:
    return next(model.glob("*.safetensors"))


def test_a_missing_model_is_refused(familiar: Any, tmp_path: Path) -> None:
    assert "nowhere" in familiar("chat", "--model", tmp_path / "nowhere", typed=b"hello\n").complaint


def test_a_truncated_model_is_refused_and_kept(familiar: Any, copied: Path) -> None:
    file = weights(copied)
    file.write_bytes(file.read_bytes()[:-1])
    before = file.read_bytes()
    assert "damaged" in familiar("chat", "--model", copied, typed=b"hello\n").complaint
    assert file.read_bytes() == before


def test_a_model_with_one_bit_flipped_is_refused(familiar: Any, copied: Path) -> None:
    content = bytearray(weights(copied).read_bytes())
    content[len(content) // 2] ^= 1
    weights(copied).write_bytes(content)
    assert "damaged" in familiar("chat", "--model", copied, typed=b"hello\n").complaint


def test_a_model_that_lacks_a_file_is_refused(familiar: Any, copied: Path) -> None:
    (copied / "config.json").unlink()
    assert "config.json" in familiar("chat", "--model", copied, typed=b"hello\n").complaint


def test_a_folder_that_is_no_model_is_refused(familiar: Any, tmp_path: Path) -> None:
    assert "no model" in familiar("chat", "--model", tmp_path, typed=b"hello\n").complaint


def test_a_full_output_gets_one_line(chat: list[str]) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    done = subprocess.run(chat, input=b"/about\n", stdout=full, stderr=subprocess.PIPE, timeout=60)
    os.close(full)
    assert done.returncode == 2
    assert b"No space left" in done.stderr


def test_run_answers_a_pipe_too(familiar: Any, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAMILIAR_MODEL__VERSION", str(model))
    outcome = familiar("run", typed=b"/about\n")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("I am Familiar")


def test_a_second_run_on_the_same_home_is_refused(familiar: Any, home: Path) -> None:
    home.mkdir()
    with HomeLock(home):
        assert "another `familiar run`" in familiar("run", typed=b"/about\n").complaint
