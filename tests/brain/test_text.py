"""Cleaning, tokenizer and data: any text goes in, what comes out can be relied on."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from brain.errors import CheckpointError, DataError
from brain.text.batches import encode_exchanges
from brain.text.cleaning import clean
from brain.text.dialogues import parse_dialogue, read_dialogues
from brain.text.sources import (
    FACT,
    LATEST,
    PERSONA,
    STYLE,
    Exchange,
    SourceLine,
    exchanges,
    source_lines,
    turn_kind,
)
from brain.text.stream import BatchStream, WeightedFile, group_by_length
from brain.text.tokenizer import BOS, EOS, PAD, Tokenizer
from brain.text.words import words
from brain.training.evaluate import scored_replies
from brain.training.metrics import bleu, distinct, f1, perplexity


@given(st.text(st.characters(codec=None)))
def test_cleaning_takes_any_text_and_is_done_after_once(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert clean(cleaned) == cleaned
    assert "\n" not in cleaned
    assert "\0" not in cleaned


@pytest.mark.parametrize("text", ["\xa0ß¢", "Ã\x82\u00adÂ¢", "\x85\xa0Â"])
def test_what_mending_brings_to_light_is_mended_too(text: str) -> None:
    assert clean(clean(text)) == clean(text)


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
        ("你好，世界！", "你好，世界！"),
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


def test_somebody_who_types_a_special_token_has_typed_text(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("<eos> <pad>")
    assert not {PAD, BOS, EOS} & set(ids)
    assert tokenizer.decode(ids) == "<eos> <pad>"


def test_a_source_line_keeps_its_end_and_a_reply_that_is_too_long_is_left_out(tokenizer: Tokenizer) -> None:
    said, reply = " ".join("abcdefgh" * 4), "a b c"
    length = len(tokenizer.encode(reply))
    rows = [Exchange((SourceLine(LATEST, said),), reply)]
    encoded = encode_exchanges(rows, tokenizer, 5, longest_reply=length)
    assert encoded.lines == (tuple(tokenizer.encode(said)[-5:]),)
    assert len(encoded.replies) == 1
    assert not encode_exchanges(rows, tokenizer, 5, longest_reply=length - 1).replies


def test_where_nothing_is_there_to_rest_on_silence_stands_in() -> None:
    assert source_lines("", (), (), [(False, "")], (), 3) == (SourceLine(LATEST, "..."),)


def test_a_tokenizer_survives_the_disk_and_a_broken_one_is_refused(tokenizer: Tokenizer, tmp_path: Path) -> None:
    tokenizer.save(tmp_path / "t.json")
    assert Tokenizer.load(tmp_path / "t.json").encode("你好 abc") == tokenizer.encode("你好 abc")
    (tmp_path / "t.json").write_text("{}")
    with pytest.raises(CheckpointError):
        Tokenizer.load(tmp_path / "t.json")


def _write(path: Path, rows: Sequence[object]) -> Path:
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


@pytest.mark.parametrize("scored", ["a", "b"])
def test_training_and_evaluation_tell_a_speaker_the_same(scored: str) -> None:
    row = {**BOT_ROW, "scored": scored}
    dialogue = parse_dialogue(row)
    requests = [request for request, _ in scored_replies(dialogue)]
    for item, request in zip(exchanges(dialogue, (scored,), 3), requests, strict=True):
        assert [line.text for line in item.sources if line.kind == FACT] == list(request.facts)
        assert [line.text for line in item.sources if line.kind == PERSONA] == list(request.persona)
    assert requests[0].facts == (("has a cat",) if scored == "b" else ())


@pytest.mark.parametrize(
    "change",
    [
        {"scored": "c"},
        {"scored": ["a"]},
        {"turns": [{"speaker": "user", "text": "hi"}]},
        {"turns": [{"speaker": "a", "text": 3}]},
        {"turns": {"speaker": "a"}},
        {"persona": {"a": "has a cat"}},
        {"persona": ["has a cat"]},
        {"persona": {"b": [3]}},
        {"style": None},
        {"style": "short"},
        {"style": {"length": 3, "tone": "casual", "emoji": False}},
        {"style": {"length": "short", "tone": "casual"}},
    ],
)
def test_a_row_of_another_shape_is_named_by_line(tmp_path: Path, change: dict[str, object]) -> None:
    path = _write(tmp_path / "d.jsonl.gz", [BOT_ROW, {**BOT_ROW, **change}])
    with pytest.raises(DataError, match="line 2: not a dialogue row") as caught:
        list(read_dialogues(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[" * 100_000 + b"\n", "not JSON"),
        (b'{"turns": []}\nnot json\n', "line 2"),
        (b"[1]\n", "not a JSON object"),
        (b"\xff\xfe\n", "UTF-8"),
    ],
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
    files = [WeightedFile(_write(tmp_path / "d.jsonl.gz", [_spoken(number) for number in range(60)]), 1.0)]

    def first_ids(seed: int, start: int, count: int) -> list[torch.Tensor]:
        stream = BatchStream(files, tokenizer, 3, 24, 30, seed)
        return [batch.targets[0].inputs for batch in islice(stream.batches(start), count)]

    whole = first_ids(1, 0, 40)
    assert all(torch.equal(one, other) for one, other in zip(whole[25:], first_ids(1, 25, 15), strict=True))
    assert not all(torch.equal(one, other) for one, other in zip(whole, first_ids(2, 0, 40), strict=True))


def _spoken(number: int, letters: str = "abcdefgh") -> dict[str, object]:
    """A row that says in its reply which it is."""
    reply = " ".join([letters[number // 8], letters[number % 8]] + [letters[0]] * (number % 3))
    return {**BOT_ROW, "turns": [{"speaker": "a", "text": "hi"}, {"speaker": "b", "text": reply}]}


def _replies(stream: BatchStream, tokenizer: Tokenizer, count: int) -> list[str]:
    found: list[str] = []
    for batch in islice(stream.batches(), count):
        found += [tokenizer.decode(row.tolist()) for targets in batch.targets for row in targets.outputs]
    return found


def test_a_stream_reads_everything_in_another_order_than_the_files(tmp_path: Path, tokenizer: Tokenizer) -> None:
    rows = [_spoken(number) for number in range(60)]
    stream = BatchStream([WeightedFile(_write(tmp_path / "d.jsonl.gz", rows), 1.0)], tokenizer, 3, 24, 4, 1)
    found = _replies(stream, tokenizer, 16)
    assert len(set(found)) == len(found)  # none twice before all were seen
    assert sorted(found) != found != sorted(found, key=len)


def test_files_are_drawn_by_weight(tmp_path: Path, tokenizer: Tokenizer) -> None:
    files = [
        WeightedFile(_write(tmp_path / f"{letter}.jsonl.gz", [_spoken(0, letter * 8)] * 9), weight)
        for letter, weight in (("a", 3.0), ("b", 1.0))
    ]
    found = _replies(BatchStream(files, tokenizer, 3, 24, 30, 1), tokenizer, 200)
    assert 0.68 < sum(reply.startswith("a") for reply in found) / len(found) < 0.82


def test_grouping_nothing_gives_no_group() -> None:
    assert group_by_length([], 100) == []


def test_an_empty_file_is_refused_rather_than_read_forever(tmp_path: Path, tokenizer: Tokenizer) -> None:
    too_long = {**BOT_ROW, "turns": [{"speaker": s, "text": "abc " * 50} for s in "ab"]}
    for rows in ([], [too_long], [{"turns": [{"speaker": "a", "text": "hi"}]}]):
        stream = BatchStream([WeightedFile(_write(tmp_path / "d.jsonl.gz", rows), 1.0)], tokenizer, 3, 24, 30, 1)
        with pytest.raises(DataError, match="no reply"):
            next(stream.batches())


def test_metrics_agree_with_counting_by_hand() -> None:
    assert words("I'm 2, 你好!") == ["I", "'", "m", "2", ",", "你", "好", "!"]
    assert f1("The cat sat.", "a cat ran") == pytest.approx(0.5)
    assert f1("", "cat") == 0.0
    assert distinct(["a b a", "a b"], 1) == pytest.approx(2 / 5)
    assert distinct(["a b a", "a b"], 2) == pytest.approx(2 / 3)
    assert f1("你好，世界！", "你好世界") == 1.0
    assert f1("“cat” …", "cat") == 1.0
    assert bleu(["今天天气很好啊"], ["今天天气很好吗"]) > 50
    assert perplexity(math.log(7)) == pytest.approx(7)
    assert perplexity(1e4) == math.inf
    assert bleu(["the cat sat on the mat"], ["the cat sat on the mat"]) == pytest.approx(100.0)
