from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bot.model_host import MemoryShelf
from bot.settings import load_settings
from brain import starter
from tests.tiny_ear import tiny_ear

HOURS, AT_NINE = "When do you open?", "At nine, every day but Sunday."
PARKING, BEHIND = "Where can I park?", "Behind the house."
FAMILIAR = (
    "import sys, pathlib, brain.starter as s; s.EAR = pathlib.Path(sys.argv.pop(1)); from bot.cli import main; main()"
)


@pytest.fixture(autouse=True)
def _tiny_brain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "EAR", tiny_ear())
    monkeypatch.setattr(starter, "MEMORY", tmp_path / "nothing ships")


@pytest.fixture
def taught(familiar: Any) -> Any:
    """`familiar`, with two questions answered."""
    assert familiar("memory", "add", HOURS, AT_NINE).code == 0
    assert familiar("memory", "add", PARKING, BEHIND).code == 0
    return familiar


def write(content: str | bytes, name: str = "answers.csv") -> Path:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return Path(name)


def answers(familiar: Any) -> list[tuple[str, str]]:
    """All questions and answers, as they are listed."""
    rows = [line.split("\t") for line in familiar("memory", "list").out.splitlines()]
    assert rows[0] == ["id", "question", "answer", "source"]
    assert all(len(row[0]) == 8 and row[3] == "operator" for row in rows[1:])
    return [(row[1], row[2]) for row in rows[1:]]


def counted(outcome: Any) -> list[int]:
    """How many rows were imported, replaced and already known."""
    assert (outcome.code, outcome.err) == (0, "")
    names, counts = (line.split("\t") for line in outcome.out.splitlines())
    assert names == ["imported", "replaced", "already known"]
    return list(map(int, counts))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("question,answer\nHow much?,Ten euros.\n", [("How much?", "Ten euros.")]),
        ("answer;question\nTen euros, please.;How much?\n", [("How much?", "Ten euros, please.")]),
        ("question\tanswer\nHow much?\tTen; or more, even.\n", [("How much?", "Ten; or more, even.")]),
        ("\ufeffQuestion , ANSWER\r\nHow much?,Ten.\r\n\r\n", [("How much?", "Ten.")]),
        ('question,answer\n"How ""much"", then?","Ten,\nor so."\n', [('How "much", then?', "Ten, or so.")]),
        ("question;answer;;\nHow much?;Ten.;;\n;;;\n", [("How much?", "Ten.")]),
        ("question,answer\nHow much? | How dear? |,Ten.\n", [("How much?", "Ten."), ("How dear?", "Ten.")]),
        ("question,answer\n你们几点开门？,我们九点开门。\n", [("你们几点开门？", "我们九点开门。")]),
        ('{"question": "How much?", "answer": "Ten."}\n\n', [("How much?", "Ten.")]),
        ('\ufeff{"question": ["a", "b"], "answer": "1 | 2"}\r\n', [("a", "1 | 2"), ("b", "1 | 2")]),
        ('{"question": "What?", "answer": "That.", "language": null, "context": ["a", "b"]}', [("What?", "That.")]),
    ],
)  # fmt: skip
def test_a_file_is_learned(familiar: Any, content: str, expected: list[tuple[str, str]]) -> None:
    assert counted(familiar("memory", "import", write(content))) == [len(expected), 0, 0]
    assert answers(familiar) == expected


def test_what_is_known_is_not_learned_twice_and_a_new_answer_replaces_the_old(taught: Any) -> None:
    content = f'question,answer\n{HOURS},"{AT_NINE}"\n{HOURS},"{AT_NINE}"\n{PARKING},On the roof.\nHow much?,Ten.\n'
    assert counted(taught("memory", "import", write(content))) == [2, 1, 2]
    assert answers(taught) == [(HOURS, AT_NINE), (PARKING, "On the roof."), ("How much?", "Ten.")]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("question,answer\nHow much?,\n,Ten.\nWhat?,That.\n", {2: "no answer", 3: "no question"}),
        ('question,answer\n"a\nb",c\nHow much?\n', {4: "no answer"}),
        ("question,answer\nHow much?,Ten, or more.\n", {2: "3 cells for 2 columns"}),
        ('question,answer\na "b" c,d\n"a" b,d\ne,"f\ng,h', {3: "quotation mark", 4: "quotation mark"}),
        ("question,answer,language\na,b,fr\nc,d,EN\n", {2: "'fr': use en or zh"}),
        ("question,answer,context\na,b,1|2|3\n", {2: "at most 2 turns"}),
        ("question,answer\nHow much?,Ten.\nHow much?,Eleven.\n", {3: "what line 2 asks"}),
        ("question,answer\n" + "x" * 5000 + ",b\n", {2: "5,000 characters"}),
        ("question,answer\n" + "x" * (1 << 20) + ",b\na,b\n", {2: "more than 4,000 characters"}),
        ("question,answer\n\u200b \x01,b\n", {2: "no question"}),
        ("question,answer\na,caf\ufffd\n", {2: "was lost"}),
        (r'{"question": "a\ud800", "answer": "b"}', {1: "was lost"}),
        ('{"question": "' + "x" * (1 << 20) + '", "answer": "b"}', {1: "characters"}),
        ('{"question": 3, "answer": "b"}\n{"question": "a", "answer": ["b"]}', {1: "not text", 2: "not text"}),
        ('{"question": [], "answer": "b"}\n{"question": ["a", {}], "answer": "b"}', {1: "no question", 2: "not text"}),
        ('{"question": "a", "answer": "b", "langauge": "en"}', {1: "'langauge'"}),
        ('{"question": "a",\n"answer": "b"}\n[]\nNaN', {1: "not JSON", 2: "not JSON", 3: "no", 4: "not a JSON object"}),
        ('{"question": ' + "[" * 100_000, {1: "not JSON"}),
    ],
)  # fmt: skip
def test_every_wrong_line_is_named_and_nothing_is_learned(taught: Any, content: str, faults: dict[int, str]) -> None:
    outcome = taught("memory", "import", write(content))
    assert "nothing was imported" in outcome.complaint
    header, *lines = outcome.out.splitlines()
    assert header == "line\twhat is wrong"
    found = {int(line): reason for line, reason in (line.split("\t") for line in lines)}
    assert found.keys() == faults.keys()
    assert all(reason in found[line] for line, reason in faults.items()), found
    assert answers(taught) == [(HOURS, AT_NINE), (PARKING, BEHIND)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "neither CSV"),
        (b"question,answer\n", "no questions and answers"),
        (b"\n\n", "neither CSV"),
        (b"How much?,Ten.\n", "names question and answer"),
        (b"question\nHow much?\n", "names question and answer"),
        (b"question,answer,notes\na,b,c\n", "'notes'"),
        (b"question,answer,answer\na,b,c\n", "'answer'"),
        (b"question,,answer\na,b,c\n", "without a name"),
        (b'[{"question": "a", "answer": "b"}]', "neither CSV"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not UTF-8 (line 1)"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "not a text file"),
        ("question,answer\na,b\nWie geht's?,Schön.\n".encode("latin-1"), "not UTF-8 (line 3)"),
        ("question,answer\na,b\n".encode("utf-16"), "not UTF-8"),
        ("question,answer\na,b\n".encode("utf-16-le"), "not a text file"),
        (b"x" * (2 << 20), "neither CSV"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_refused_in_one_line(familiar: Any, home: Path, content: bytes, said: str) -> None:
    outcome = familiar("memory", "import", write(content))
    assert said in outcome.complaint
    assert "answers.csv" in outcome.complaint
    assert outcome.out == ""
    assert not home.exists()


@pytest.mark.parametrize("name", ["missing.csv", ".", "\udcff"])
def test_what_is_no_file_is_refused_in_one_line(familiar: Any, name: str) -> None:
    assert familiar("memory", "import", name).complaint


def test_without_any_there_is_an_empty_list(familiar: Any, home: Path) -> None:
    assert answers(familiar) == []
    assert familiar("memory", "list", "--json").out == ""
    assert not home.exists()


def test_what_is_listed_as_json_lines_can_be_imported_again(taught: Any) -> None:
    fields = {
        "question": "And | then?",
        "answer": "我们|再见",
        "language": "en",
        "persona": ["I bark."],
        "context": ["a|b"],
    }
    taught("memory", "import", write(json.dumps(fields | {"question": ["And | then?"]})))
    listed = taught("memory", "list", "--json").out
    *_, last = map(json.loads, listed.splitlines())
    assert last == fields | {"question": ["And | then?"], "id": last["id"], "source": "operator"}
    assert counted(taught("memory", "import", write(listed))) == [0, 0, 3]
    assert taught("memory", "remove", last["id"]).code == 0
    assert counted(taught("memory", "import", write(listed))) == [1, 0, 2]


def test_adding_says_what_became_of_it(familiar: Any) -> None:
    assert "is learned\n" in familiar("memory", "add", HOURS, "At nine.").out
    assert "already known" in familiar("memory", "add", f"  {HOURS}", "At nine.").out
    assert "in place of another" in familiar("memory", "add", HOURS, AT_NINE).out
    assert answers(familiar) == [(HOURS, AT_NINE)]


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [(" ", "b", "no question"), ("a", "", "no answer"), ("\udcff", "b", "was lost"), ("a", "b" * 4001, "4,001")],
)
def test_what_can_not_be_added_gets_one_line(familiar: Any, question: str, answer: str, said: str) -> None:
    assert said in familiar("memory", "add", question, answer).complaint


def test_the_beginning_of_an_id_is_enough_to_remove_it(taught: Any) -> None:
    row_id = json.loads(taught("memory", "list", "--json").out.splitlines()[0])["id"]
    assert taught("memory", "remove", row_id[:8].upper(), row_id).out == f"Forgot {row_id[:8]}: {HOURS}\n"
    assert answers(taught) == [(PARKING, BEHIND)]


@pytest.mark.parametrize("wrong", ["", "xyz", "0" * 32, "\udcff", "a\nb"])
def test_where_one_id_is_wrong_none_is_removed(taught: Any, wrong: str) -> None:
    row_id = json.loads(taught("memory", "list", "--json").out.splitlines()[0])["id"]
    assert "no answer" in taught("memory", "remove", row_id, wrong).complaint
    assert len(answers(taught)) == 2


def test_an_id_that_could_be_several_is_not_removed(familiar: Any) -> None:
    familiar("memory", "import", write("question,answer\n" + "".join(f"{n},{n}\n" for n in range(17))))
    ids = [json.loads(line)["id"] for line in familiar("memory", "list", "--json").out.splitlines()]
    twice = next(digit for digit in "0123456789abcdef" if sum(row_id.startswith(digit) for row_id in ids) > 1)
    assert "write more of it" in familiar("memory", "remove", twice).complaint
    assert len(answers(familiar)) == 17


def test_a_search_shows_what_would_be_said(taught: Any) -> None:
    lines = taught("memory", "search", HOURS).out.splitlines()
    assert lines[0].split("\t") == ["from", "question", "answer", "meaning", "score"]
    assert lines[1].split("\t") == ["yours", HOURS, AT_NINE, "1.00", "1.00"]
    assert lines[-1] == f"Says: {AT_NINE}"


def test_a_search_looks_through_what_ships_too(taught: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "memory").rename("shipped")
    monkeypatch.setattr(starter, "MEMORY", Path("shipped"))
    lines = taught("memory", "search", HOURS).out.splitlines()
    assert lines[1].split("\t")[:2] == ["shipped", HOURS]
    assert lines[-1] == "None of your answers is near enough to be said"


def test_a_search_for_nothing_gets_one_line(familiar: Any) -> None:
    assert "nothing to search" in familiar("memory", "search", " ").complaint


@pytest.mark.parametrize("damage", ["rows.json.gz", "vectors-00001.safetensors", "manifest.json"])
@pytest.mark.parametrize("command", [["list"], ["add", "a", "b"], ["remove", "a"], ["search", "a"]])
def test_a_damaged_memory_is_refused_by_name_and_kept(taught: Any, home: Path, damage: str, command: list[str]) -> None:
    (home / "memory" / damage).unlink()
    complaint = taught("memory", *command).complaint
    assert str(home / "memory") in complaint
    assert damage in complaint
    assert len(list((home / "memory").iterdir())) == 2


def test_a_file_in_the_folders_place_is_refused_and_kept(familiar: Any, home: Path) -> None:
    home.mkdir()
    (home / "memory").write_text("precious")
    assert str(home / "memory") in familiar("memory", "add", "a", "b").complaint
    assert (home / "memory").read_text() == "precious"


def test_without_its_ear_it_says_so_and_still_lists(taught: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starter, "EAR", Path("nowhere"))
    assert "nowhere" in taught("memory", "add", "a", "b").complaint
    assert len(answers(taught)) == 2


def test_a_home_that_can_not_be_written_gets_one_line(familiar: Any, home: Path) -> None:
    home.write_text("I am a file")
    assert "FAMILIAR_HOME" in familiar("memory", "add", "a", "b").complaint


def test_a_kill_between_the_old_folder_and_the_new_one_loses_nothing(taught: Any, home: Path) -> None:
    (home / "memory").rename(home / ".memory-old")
    assert len(answers(taught)) == 2
    assert taught("memory", "add", "How much?", "Ten.").code == 0
    assert len(answers(taught)) == 3


def test_two_imports_at_once_lose_nothing(familiar: Any, home: Path) -> None:
    files = [
        write("question,answer\n" + "".join(f"{name} {n},{n}\n" for n in range(50)), name) for name in ("here", "there")
    ]
    command = [sys.executable, "-c", FAMILIAR, tiny_ear(), "memory", "import"]
    running = [subprocess.Popen([*command, file], stdout=subprocess.DEVNULL) for file in files]
    assert [process.wait() for process in running] == [0, 0]
    assert len(answers(familiar)) == 100


def test_many_shelves_may_write_at_once(home: Path) -> None:
    def teach(name: str) -> None:
        shelf = MemoryShelf(load_settings())
        for number in range(5):
            shelf.teach([shelf.row(f"{name} {number}?", "Yes.")])
            assert shelf.rows()

    threads = [threading.Thread(target=teach, args=(name,)) for name in ("apples", "pears", "plums")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(MemoryShelf(load_settings()).rows()) == 15


def test_an_operator_is_told_how_far_reading_is(familiar: Any) -> None:
    watched: list[int] = []

    def watch(batches: Any) -> Any:
        for batch in batches:
            yield batch
            watched.append(len(batch))

    shelf = MemoryShelf(load_settings())
    shelf.teach([shelf.row(f"{number}?", "Yes.") for number in range(300)], watch)
    assert len(watched) > 1
    assert sum(watched) == 301
