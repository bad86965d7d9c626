"""Cleaning, tokenizer and data: any text goes in, what comes out can be relied on."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from brain.errors import CheckpointError, DataError
from brain.text.cleaning import clean
from brain.text.dialogues import read_dialogues
from brain.text.sources import FACT, PERSONA, STYLE, exchanges, turn_kind
from brain.text.stream import BatchStream, WeightedFile
from brain.text.tokenizer import Tokenizer
from brain.text.words import words
from brain.training.metrics import bleu, distinct, f1


@given(st.text(st.characters(codec=None)))
def test_cleaning_takes_any_text_and_is_done_after_once(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned
    assert "\n" not in cleaned
    assert "\0" not in cleaned


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("  hi\n\tthere  ", "hi there"),
        ("caf\u0065\u0301", "café"),
        ("it â€™s", "it 's"),
        ("a\ud800b\0c", "a\ufffdbc"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("h\u200bi\u202e!", "hi!"),
        ("z" + "\u0300" * 50, "z" + "\u0300" * 50),
    ],
)
def test_cleaning_mends_what_it_should(raw: str, wanted: str) -> None:
    if raw.startswith("z"):
        assert len(clean(raw)) <= 5
    else:
        assert clean(raw) == wanted


@given(st.text())
def test_the_tokenizer_gives_every_clean_text_back(text: str) -> None:
    tokenizer = Tokenizer.train(["hello there"], 270)
    assert tokenizer.decode(tokenizer.encode(clean(text))) == clean(text).replace("\ufffd", "").strip()


def test_a_tokenizer_survives_the_disk_and_a_broken_one_is_refused(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path / "t.json")
    assert Tokenizer.load(tmp_path / "t.json").encode("你好 abc") == tokenizer.encode("你好 abc")
    (tmp_path / "t.json").write_text("{}")
    with pytest.raises(CheckpointError):
        Tokenizer.load(tmp_path / "t.json")


def _write(path: Path, rows: list[object]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


BOT_ROW = {
    "persona": {"a": ["has a cat"], "b": ["I am Familiar."]},
    "style": {"length": "short", "tone": "gentle", "emoji": True},
    "turns": [{"speaker": s, "text": t} for s, t in (("a", "hi"), ("b", "hey"), ("a", "why"), ("b", "so"))],
}


def test_a_bot_learns_its_own_lines_with_persona_facts_style_and_history(tmp_path: Path) -> None:
    (dialogue,) = read_dialogues(_write(tmp_path / "d.jsonl.gz", [BOT_ROW]))
    _, last = exchanges(dialogue, ("b",), max_turns=3)
    assert last.reply == "so"
    assert [(line.kind, line.text) for line in last.sources] == [
        (STYLE, "short gentle emoji"),
        (PERSONA, "I am Familiar."),
        (FACT, "has a cat"),
        (turn_kind(1, False, 3), "why"),
        (turn_kind(2, True, 3), "hey"),
        (turn_kind(3, False, 3), "hi"),
    ]


def test_between_people_nobody_is_told_the_others_persona(tmp_path: Path) -> None:
    row = {key: value for key, value in BOT_ROW.items() if key != "style"}
    (dialogue,) = read_dialogues(_write(tmp_path / "d.jsonl.gz", [row]))
    assert all(line.kind != FACT for item in exchanges(dialogue, ("a", "b"), 3) for line in item.sources)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b'{"turns": []}\nnot json\n', "line 2"), (b"[1]\n", "not a JSON object"), (b"\xff\xfe\n", "UTF-8")],
)
def test_a_malformed_line_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "d.jsonl").write_bytes(content)
    with pytest.raises(DataError, match=message):
        list(read_dialogues(tmp_path / "d.jsonl"))


def test_a_truncated_gzip_is_a_data_error(tmp_path: Path) -> None:
    path = _write(tmp_path / "d.jsonl.gz", [BOT_ROW] * 500)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="can't read"):
        list(read_dialogues(path))


def test_a_stream_repeats_by_seed_resumes_anywhere_and_never_ends(tmp_path: Path, tokenizer: Tokenizer) -> None:
    files = [WeightedFile(_write(tmp_path / "d.jsonl.gz", [BOT_ROW] * 7), 1.0)]

    def first_ids(seed: int, start: int, count: int) -> list[torch.Tensor]:
        stream = BatchStream(files, tokenizer, 3, 24, 30, seed)
        return [batch.targets[0].inputs for batch in islice(stream.batches(start), count)]

    whole = first_ids(1, 0, 40)
    assert all(torch.equal(one, other) for one, other in zip(whole[25:], first_ids(1, 25, 15), strict=True))


def test_an_empty_file_is_refused_rather_than_read_forever(tmp_path: Path, tokenizer: Tokenizer) -> None:
    stream = BatchStream([WeightedFile(_write(tmp_path / "d.jsonl.gz", []), 1.0)], tokenizer, 3, 24, 30, 1)
    with pytest.raises(DataError, match="no dialogues"):
        next(stream.batches())


def test_metrics_agree_with_counting_by_hand() -> None:
    assert words("I'm 2, 你好!") == ["I", "'", "m", "2", ",", "你", "好", "!"]
    assert f1("The cat sat.", "a cat ran") == pytest.approx(0.5)
    assert f1("", "cat") == 0.0
    assert distinct(["a b a", "a b"], 1) == pytest.approx(2 / 5)
    assert distinct(["a b a", "a b"], 2) == pytest.approx(2 / 3)
    assert bleu(["the cat sat on the mat"], ["the cat sat on the mat"]) == pytest.approx(100.0)
