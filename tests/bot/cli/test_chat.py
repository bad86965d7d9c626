"""`familiar chat` as a script sees it: a process, its lines in and its lines out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.answers import EMPTY

CHAT = [sys.executable, "-c", "from bot.cli import main; main()", "chat"]


@pytest.fixture
def chat(home: Path, model: Path) -> list[str]:
    """The command line of a chat with the tiny model, in an empty home."""
    return [*CHAT, "--model", str(model)]


def talk(chat: list[str], typed: bytes) -> list[str]:
    done = subprocess.run(chat, input=typed, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode().split("\n")
    assert lines.pop() == ""
    return lines


def test_every_line_in_gets_one_line_out_in_order(chat: list[str]) -> None:
    typed = b"hello\n/about\n\n\0\n/reset\n" + b"x" * 1_000_000 + b"\n\xff\xfe\xed\xa0\x80\n/help\nlast line"
    hello, about, empty, nul, reset, long, bad, commands, last = talk(chat, typed)
    assert all((hello, bad, last))
    assert about.startswith("I am Familiar")
    assert empty == nul == EMPTY
    assert "afresh" in reset
    assert "4,000 characters" in long
    assert "/about" in commands


def test_many_lines_are_all_answered(chat: list[str]) -> None:
    assert len(talk(chat, b"/about\n" * 200)) == 200


@pytest.mark.parametrize("typed", [b"", b"/quit\n/about\n"])
def test_nothing_is_said_where_nothing_is_asked(chat: list[str], typed: bytes) -> None:
    assert talk(chat, typed) == []


def test_a_file_can_be_the_input(chat: list[str], tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("/about\n/reset\n")
    with (tmp_path / "lines").open() as lines:
        done = subprocess.run(chat, stdin=lines, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout.count(b"\n"), done.stderr) == (0, 2, b"")


def test_a_closed_input_is_an_empty_one(chat: list[str]) -> None:
    done = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *chat], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_folder_as_input_gets_one_line(chat: list[str], tmp_path: Path) -> None:
    done = subprocess.run(["sh", "-c", '"$@" < .', "sh", *chat], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.count(b"\n") == 1


def test_a_reader_that_has_seen_enough_ends_it_quietly(chat: list[str]) -> None:
    process = subprocess.Popen(chat, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin and process.stdout and process.stderr
    process.stdin.write(b"/about\n")
    process.stdin.flush()
    assert process.stdout.readline().startswith(b"I am Familiar")
    process.stdout.close()
    process.stdin.write(b"/about\n")
    process.stdin.flush()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()
    with pytest.raises(BrokenPipeError):
        process.stdin.close()


def test_an_answer_comes_before_the_next_line_is_typed(chat: list[str]) -> None:
    with subprocess.Popen(chat, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        for _ in range(3):
            process.stdin.write(b"/about\n")
            process.stdin.flush()
            assert process.stdout.readline().startswith(b"I am Familiar")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_what_was_said_in_another_session_is_not_answered_again(chat: list[str]) -> None:
    talk(chat, b"hello\n")
    assert len(talk(chat, b"/about\n")) == 1


def test_a_plugin_can_be_named(chat: list[str]) -> None:
    done = subprocess.run([*chat, "--plugin", "dcie"], input=b"", capture_output=True, timeout=60)
    assert done.returncode == 2
    assert b"unknown plugin 'dcie'" in done.stderr


def refused(model: Path) -> str:
    done = subprocess.run([*CHAT, "--model", str(model)], input=b"hello\n", capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    [line] = done.stderr.decode().splitlines()
    return line


@pytest.fixture
def copied(model: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in model.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    return copy


def weights(model: Path) -> Path:
    return next(model.glob("*.safetensors"))


def test_a_missing_model_is_refused(home: Path, tmp_path: Path) -> None:
    assert "nowhere" in refused(tmp_path / "nowhere")


def test_a_truncated_model_is_refused_and_kept(home: Path, copied: Path) -> None:
    file = weights(copied)
    file.write_bytes(file.read_bytes()[:-1])
    before = file.read_bytes()
    assert "damaged" in refused(copied)
    assert file.read_bytes() == before


def test_a_model_with_one_bit_flipped_is_refused(home: Path, copied: Path) -> None:
    content = bytearray(weights(copied).read_bytes())
    content[len(content) // 2] ^= 1
    weights(copied).write_bytes(content)
    assert "damaged" in refused(copied)


def test_a_model_that_lacks_a_file_is_refused(home: Path, copied: Path) -> None:
    (copied / "config.json").unlink()
    assert "config.json" in refused(copied)


def test_a_folder_that_is_no_model_is_refused(home: Path, tmp_path: Path) -> None:
    assert "no model" in refused(tmp_path)


def test_a_full_output_gets_one_line(chat: list[str]) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    done = subprocess.run(chat, input=b"/about\n", stdout=full, stderr=subprocess.PIPE, timeout=60)
    os.close(full)
    assert done.returncode == 2
    assert b"No space left" in done.stderr
