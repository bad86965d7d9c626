"""The operator's own answers: taken up while Familiar serves, said before all others, and never half read."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from brain.errors import CheckpointError
from brain.memory.operator import OperatorMemory
from brain.memory.query import Query
from brain.memory.response_memory import ResponseMemory
from brain.memory.rows import MemoryRow
from tests.brain.reading import read

HOURS = MemoryRow("when do you open", (), "I open at nine.", lang="en", source="operator")
PARKING = MemoryRow("where can i park", (), "Behind the house.", lang="en", source="operator")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _teach(tmp_path / "memory", HOURS)
    return tmp_path / "memory"


def _teach(folder: Path, *rows: MemoryRow) -> None:
    ResponseMemory.of(rows, read).save(folder)


def _answer(memory: OperatorMemory, *turns: str, said: tuple[str, ...] = (), persona: tuple[str, ...] = ()) -> str:
    match = memory.answer(Query(turns, said, persona, lang="en"))
    return match.row.reply if match else ""


def test_a_folder_that_is_not_there_has_no_answers_until_it_is(tmp_path: Path) -> None:
    memory = OperatorMemory(tmp_path / "memory", read)
    assert _answer(memory, "when do you open") == ""
    _teach(tmp_path / "memory", HOURS)
    assert _answer(memory, "when do you open") == HOURS.reply
    shutil.rmtree(tmp_path / "memory")
    assert _answer(memory, "when do you open") == ""


def test_a_change_is_taken_up_at_the_next_message(folder: Path) -> None:
    memory = OperatorMemory(folder, read)
    assert _answer(memory, "where can i park") == ""
    _teach(folder, HOURS, PARKING)
    assert _answer(memory, "where can i park") == PARKING.reply
    _teach(folder, PARKING)
    assert _answer(memory, "when do you open") == ""


def test_what_has_not_changed_is_not_read_again(folder: Path) -> None:
    memory = OperatorMemory(folder, read)
    assert memory.current() is memory.current()


@pytest.mark.parametrize(
    ("turns", "answer"),
    [
        (("when do you open",), HOURS.reply),
        (("hello", "Hi!", "When do you open?"), HOURS.reply),
        (("so when do you open then",), HOURS.reply),
        (("i like trains",), ""),
        (("why?",), ""),
    ],
)
def test_only_what_asks_the_same_is_answered(folder: Path, turns: tuple[str, ...], answer: str) -> None:
    assert _answer(OperatorMemory(folder, read), *turns) == answer


def test_who_asks_again_is_answered_again(folder: Path) -> None:
    turns = ("when do you open", HOURS.reply, "when do you open")
    assert _answer(OperatorMemory(folder, read), *turns, said=(HOURS.reply,)) == HOURS.reply


def test_an_answer_without_a_persona_is_said_under_any(folder: Path) -> None:
    assert _answer(OperatorMemory(folder, read), "when do you open", persona=("I am a pirate.",)) == HOURS.reply


def test_an_answer_for_one_persona_is_said_under_no_other(folder: Path) -> None:
    pirate = MemoryRow("who is your captain", (), "I am, matey!", ("I am a pirate.",), lang="en", source="operator")
    _teach(folder, pirate)
    memory = OperatorMemory(folder, read)
    assert _answer(memory, pirate.message, persona=("I am a pirate.",)) == pirate.reply
    assert _answer(memory, pirate.message) == ""


@pytest.mark.parametrize("name", ["rows.json.gz", "vectors-00001.safetensors", "manifest.json"])
def test_a_damaged_folder_is_named_at_the_start_and_while_serving(folder: Path, name: str) -> None:
    memory = OperatorMemory(folder, read)
    _teach(folder, PARKING)
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=name) as caught:
        memory.current()
    assert str(folder) in str(caught.value)
    with pytest.raises(CheckpointError, match=name):
        OperatorMemory(folder, read)
    _teach(folder, HOURS)
    assert _answer(memory, "when do you open") == HOURS.reply


def test_a_kill_while_the_folder_is_replaced_leaves_the_answers(folder: Path) -> None:
    memory = OperatorMemory(folder, read)
    folder.rename(folder.with_name(".memory-old"))
    assert _answer(memory, "when do you open") == HOURS.reply
    assert _answer(OperatorMemory(folder, read), "when do you open") == HOURS.reply


def test_a_folder_that_is_replaced_all_the_time_is_never_half_read(folder: Path) -> None:
    done = threading.Event()

    def replace_it() -> None:
        for number in range(60):
            _teach(folder, HOURS, *[PARKING] * (number % 2))
        done.set()

    writer = threading.Thread(target=replace_it)
    writer.start()
    memory = OperatorMemory(folder, read)
    while not done.is_set():
        assert _answer(memory, "when do you open") == HOURS.reply
    writer.join()
    assert len(memory.current()) == 2
