"""The corpus: what a talk looks like on paper, what is a fault, and where a talk ends up."""

from __future__ import annotations

import codecs
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.__main__ import main
from brain.corpus.checks import check
from brain.corpus.splits import SPLITS, build, dialogues, source_files, split_of, talks
from brain.corpus.written import Fault, Talk, parse_talks, read_talks
from brain.errors import DataError
from brain.text.dialogues import parse_dialogue, read_dialogues
from tests.cases import CASES

OPENING = "@bot: I am Familiar.\n@user:\n@style: short casual plain\n\n"
TALK = "== bank_food.en.001\nU: hungry\nB: What's the quickest thing in your kitchen?\n"
MORE = "== bank_food.en.002\nU: soup again\nB: Grate some cheese over it, and it's a new soup.\n"
PATH = Path("bank_food.en.txt")


def _write(folder: Path, text: str | bytes, name: str = PATH.name) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _faults(folder: Path, text: str | bytes, name: str = PATH.name) -> list[tuple[int, str]]:
    return [(fault.line, fault.what) for fault in check([_write(folder, text, name)]).faults]


def test_a_talk_is_read_with_all_it_says() -> None:
    text = (
        "== pets.en.007\nbot: I am Familiar. | I like dogs.\nuser: has a dog | is called Ana\n"
        "style: long gentle emoji\n"
        "U: he ate\nU: my shoe\nB: The left one: or both?\n"
    )
    (talk,) = parse_talks(text, Path("pets.en.txt"))
    assert isinstance(talk, Talk)
    assert talk.row() == {
        "id": "familiar-pets.en.007",
        "source": "familiar",
        "topic": "pets",
        "lang": "en",
        "persona": {"a": ["has a dog", "is called Ana"], "b": ["I am Familiar.", "I like dogs."]},
        "style": {"length": "long", "tone": "gentle", "emoji": True},
        "turns": [{"speaker": "a", "text": "he ate my shoe"}, {"speaker": "b", "text": "The left one: or both?"}],
    }
    assert [turn.line for turn in talk.turns] == [5, 7]


def test_what_a_file_opens_with_holds_where_a_talk_leaves_it_out() -> None:
    own = "== bank_food.en.002\nuser: is vegan\nstyle: long gentle plain\nU: hi\nB: Hello!\n"
    first, second = parse_talks(f"{OPENING}{TALK}{own}", PATH)
    assert isinstance(first, Talk)
    assert isinstance(second, Talk)
    assert (first.bot, first.user, first.style.length) == (("I am Familiar.",), (), "short")
    assert (second.bot, second.user, second.style.length) == (("I am Familiar.",), ("is vegan",), "long")


@pytest.mark.parametrize(
    "raw",
    [
        (OPENING + TALK + "\n" + MORE).encode(),
        (OPENING + TALK + MORE).encode(),
        (OPENING + TALK + "\n\n\n" + MORE).replace("\n", "\r\n").encode(),
        (OPENING + TALK + "\n" + MORE).replace("\n", "  \r").encode(),
        codecs.BOM_UTF8 + (OPENING + TALK + "\n" + MORE).strip().encode(),
    ],
    ids=["unix", "no blank line between", "windows", "old mac, trailing blanks", "byte order mark, no end of line"],
)
def test_however_an_editor_ends_its_lines_the_talks_are_the_same(tmp_path: Path, raw: bytes) -> None:
    rows = [talk.row() for talk in read_talks(_write(tmp_path, raw)) if isinstance(talk, Talk)]
    assert rows == [talk.row() for talk in parse_talks(OPENING + TALK + "\n" + MORE, PATH) if isinstance(talk, Talk)]
    assert len(rows) == 2
    assert not check([tmp_path / PATH]).faults


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("U: hi\nB: Hello!\n", 5, "a block begins with"),
        ("== bank_food\nU: hi\nB: Hello!\n", 5, "is named topic.en.number"),
        ("== bank_food.fr.001\nU: hi\nB: Hello!\n", 5, "is named topic.en.number"),
        ("== bank_food.en.001\nU: hi\n", 5, "begin with U and end with B"),
        ("== bank_food.en.001\nB: Hello!\n", 5, "begin with U and end with B"),
        ("== bank_food.en.001\nU: hi\nB:\n", 7, "neither bot, user, style, U nor B"),
        ("== bank_food.en.001\nU: hi\nwhat\nB: Hello!\n", 7, "neither bot, user, style, U nor B"),
        ("== bank_food.en.001\nU: hi\nUB: yes\nB: Hello!\n", 7, "neither bot, user, style, U nor B"),
        ("== bank_food.en.001\n: hi\nB: Hello!\n", 6, "neither bot, user, style, U nor B"),
        ("== bank_food.en.001\nU: hi\nB: Hello!\n@bot: I am you.\n", 8, "neither bot, user, style, U nor B"),
        ("== bank_food.en.001\nstyle: tiny casual plain\nU: hi\nB: Hello!\n", 6, "style is 'tiny casual plain', not"),
        ("== bank_food.en.001\nstyle: short casual\nU: hi\nB: Hello!\n", 6, "style is 'short casual', not"),
        ("== bank_food.en.001\nU: hi\nstyle: long casual plain\nB: Hello!\n", 7, "before its first U"),
        ("== bank_food.en.001\nuser:\nuser: is 9\nU: hi\nB: Hello!\n", 7, "one user line"),
        ("== bank_food.en.001\nbot: |\nU: hi\nB: Hello!\n", 5, "who the bot is"),
        ("== bank_work.en.001\nU: hi\nB: Hello!\n", 5, "does not belong into bank_food.en.txt"),
        ("== bank_food.en.001\nU: hi\nB: Hello\u200b!\n", 7, "cleaning takes away"),
        ("== bank_food.en.001\nU: hi  you\nB: Hello!\n", 6, "cleaning takes away"),
        ("== bank_food.en.001\nU: hi\nB: " + "well " * 19 + "\n", 7, "19 words in a short reply"),
        ("== bank_food.en.001\nU: " + "x" * 1_000_000 + "\nB: Hello!\n", 6, "1000000 characters"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    ((found, what),) = _faults(tmp_path, OPENING + text)
    assert found == line
    assert says in what
    assert len(what) < 200


def test_what_the_checker_says_names_the_file(tmp_path: Path) -> None:
    path = _write(tmp_path, OPENING + "U: hi\n")
    assert str(check([path]).faults[0]).startswith(f"{path}:5: ")


def test_a_talk_without_its_headers_is_a_fault(tmp_path: Path) -> None:
    assert _faults(tmp_path, TALK) == [(1, "bank_food.en.001 has no bot line")]
    assert "@bot:" in _faults(tmp_path, "@bit: I am Familiar.\n" + OPENING + TALK)[0][1]


def test_text_in_another_encoding_is_one_fault_at_its_line(tmp_path: Path) -> None:
    assert _faults(tmp_path, OPENING.encode() + "U: 你好".encode("gb18030")) == [(5, "not UTF-8")]


def test_one_bad_talk_does_not_hide_the_others(tmp_path: Path) -> None:
    report = check([_write(tmp_path, f"{OPENING}{TALK}\n== bank_food.en.009\nU: hi\n\n{MORE}")])
    assert (report.talks, report.turns, len(report.faults)) == (2, 4, 1)


def test_a_number_is_never_used_again(tmp_path: Path) -> None:
    other = "== bank_food.en.001\nU: thirsty\nB: Water first, tea after.\n"
    ((line, what),) = _faults(tmp_path, f"{OPENING}{TALK}\n{other}")
    assert line == 9
    assert "bank_food.en.001 was used before at" in what


def test_a_reply_said_before_is_found_across_files(tmp_path: Path) -> None:
    again = "== bank_work.en.001\nU: nothing here\nB: what's the quickest thing in your kitchen\n"
    first = _write(tmp_path, OPENING + TALK)
    second = _write(tmp_path, OPENING + again, "bank_work.en.txt")
    (fault,) = check([first, second]).faults
    assert (fault.path, fault.line) == (second, 7)
    assert f"said before at {first}:7" in fault.what


def test_what_anybody_says_may_be_said_twice(tmp_path: Path) -> None:
    assert not _faults(
        tmp_path, OPENING + "".join(f"== bank_food.en.00{n}\nU: hi\nB: Yes, please!\n\n" for n in (1, 2))
    )


@pytest.mark.parametrize(
    ("said", "reply", "fits"),
    [
        ("你好", "你好呀，今天想聊点什么？", True),
        ("你好", "你好呀，今天想聊點什麼？", False),
        ("你會繁體嗎", "會的，你寫繁體我就寫繁體。", True),
        ("会写繁体吗", "會的，你寫繁體我就寫繁體。", True),
        ("今日返工好攰", "攰就早啲抖，沖個熱水涼。", True),
        ("日语怎么说拜托", "お願いします，吃饭办事都用得上。", True),
    ],
)
def test_traditional_characters_answer_those_who_write_them(tmp_path: Path, said: str, reply: str, fits: bool) -> None:
    text = f"{OPENING}== bank_food.zh.001\nstyle: medium casual plain\nU: {said}\nB: {reply}\n"
    assert bool(_faults(tmp_path, text, "bank_food.zh.txt")) is not fits


@given(st.lists(st.one_of(st.text(), st.sampled_from([OPENING, TALK, "U:", "B: ", "== ", "\n", "@style:", "\ufeff"]))))
@settings(max_examples=CASES // 20)
def test_any_text_is_talks_and_faults(parts: list[str]) -> None:
    for item in parse_talks("\n".join(parts), PATH):
        if isinstance(item, Fault):
            assert item.line >= 1
            assert "\n" not in str(item)
        else:
            assert parse_dialogue(json.loads(json.dumps(item.row()))).with_bot


@given(st.binary())
@settings(max_examples=200)
def test_any_bytes_are_talks_and_faults(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    assert check([_write(tmp_path_factory.getbasetemp(), raw)]).talks == 0


@pytest.mark.parametrize(
    ("talk_id", "split"),
    [
        ("familiar-bank_food.en.001", "train"),
        ("familiar-bank_food.en.005", "test"),
        ("familiar-bank_food.en.007", "valid"),
        ("familiar-bank_food.en.075", None),
    ],
)
def test_the_split_of_an_id_never_moves(talk_id: str, split: str | None) -> None:
    assert split_of(talk_id) == split


def test_what_is_built_is_what_is_read_straight_from_the_text(tmp_path: Path) -> None:
    src = tmp_path / "src"
    src.mkdir()
    numbers = range(1, 400)
    _write(src, OPENING + "\n".join(f"== bank_food.en.{n:03}\nU: {n}?\nB: That's {n}.\n" for n in numbers))
    report = {built.split: built for built in build(tmp_path / "out", src)}
    ids: set[str] = set()
    for split in SPLITS:
        path = tmp_path / "out" / f"{split}.jsonl.gz"
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        assert rows == [talk.row() for talk in talks(split, src)]
        assert list(read_dialogues(path)) == list(dialogues(split, src))
        assert {split_of(row["id"]) for row in rows} == {split}
        assert (report[split].talks, report[split].turns) == (len(rows), 2 * len(rows))
        ids |= {row["id"] for row in rows}
    kept_back = {f"familiar-bank_food.en.{n:03}" for n in numbers} - ids
    assert kept_back
    assert {split_of(talk_id) for talk_id in kept_back} == {None}


def test_building_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    _write(tmp_path, OPENING + TALK + MORE)
    for name in ("one", "two"):
        build(tmp_path / name, tmp_path)
    assert [(tmp_path / "one" / f"{s}.jsonl.gz").read_bytes() for s in SPLITS] == [
        (tmp_path / "two" / f"{s}.jsonl.gz").read_bytes() for s in SPLITS
    ]


def test_nothing_is_built_of_a_corpus_with_a_fault(tmp_path: Path) -> None:
    path = _write(tmp_path, OPENING + TALK + "U: and?\n")
    with pytest.raises(DataError, match=rf"{path}:5: .* end with B"):
        build(tmp_path / "out", tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_missing_corpus_or_file_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DataError, match="has no corpus files"):
        list(dialogues("train", tmp_path))
    assert main(["corpus", "check", str(tmp_path / "gone.en.txt")]) == 2
    assert capsys.readouterr().err.startswith("can't read ")


def test_the_corpus_that_ships_is_all_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(source_files()) >= 220
    assert main(["corpus", "check"]) == 0
    counted = capsys.readouterr().out
    assert int(counted.split()[0]) >= 19_504
    assert main(["corpus", "build", str(tmp_path)]) == 0
    built = {line.split(":")[0]: int(line.split()[1]) for line in capsys.readouterr().out.splitlines()}
    assert built["train"] >= 18_369
    assert built["valid"] >= 577
    assert built["test"] >= 558


def test_faults_are_listed_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path, TALK)
    assert main(["corpus", "check", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == f"{path}:1: bank_food.en.001 has no bot line\n"
    assert said.err == "1 fault(s); 0 talks were readable\n"
