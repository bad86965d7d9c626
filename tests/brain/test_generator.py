"""NativeGenerator through its public face, and the evaluation that uses it."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from brain.reply import ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.training.evaluate import evaluate_dialogues


@pytest.fixture
def generator(checkpoint: Path) -> NativeGenerator:
    generator = NativeGenerator.load(checkpoint)
    generator.seed(3)
    return generator


def _request(*texts: str) -> ReplyRequest:
    turns = tuple(SpokenTurn("bot" if number % 2 else "user", text) for number, text in enumerate(texts))
    return ReplyRequest(turns, persona=("I am a toy.",))


def test_a_reply_comes_with_the_scores_that_chose_it(generator: NativeGenerator) -> None:
    reply = generator.reply(_request("hello", "hi", "how are you"))
    assert set(reply.scores) == {"likelihood", "specificity", "repetition"}
    assert all(map(math.isfinite, reply.scores.values()))


def test_words_are_revealed_one_by_one_and_end_with_the_reply(generator: NativeGenerator) -> None:
    seen: list[str] = []
    reply = generator.reply(_request("abc"), lambda text: seen.append(text) is None)
    shown = [text for text in seen if text]
    assert shown[-1] == reply.text
    assert all(later.startswith(earlier) for earlier, later in pairwise(shown))


def test_a_reply_ends_early_when_told(generator: NativeGenerator) -> None:
    calls: list[str] = []

    def stop_at_once(text: str) -> bool:
        calls.append(text)
        return False

    generator.reply(_request("abc"), stop_at_once)
    assert len(calls) <= 2


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "x" * 5000, "👩\u200d👧", "z" + "\u0300" * 99, "你好"])
def test_any_text_gets_a_reply(generator: NativeGenerator, text: str) -> None:
    assert isinstance(generator.reply(_request(text)).text, str)
    assert isinstance(generator.reply(ReplyRequest((SpokenTurn("user", text),))).text, str)


def test_the_same_seed_gives_the_same_reply(generator: NativeGenerator) -> None:
    first = generator.reply(_request("abc"))
    generator.seed(3)
    assert generator.reply(_request("abc")) == first


def _rows(path: Path) -> Path:
    row = {"turns": [{"speaker": s, "text": t} for s, t in (("a", "abc"), ("b", "cba"), ("a", "de"), ("b", "ed"))]}
    path.write_text(json.dumps(row) + "\n" + json.dumps({**row, "scored": "a"}) + "\n")
    return path


def test_evaluation_scores_the_second_speaker_unless_the_row_names_the_other(
    generator: NativeGenerator, tmp_path: Path
) -> None:
    report, samples = evaluate_dialogues(generator, _rows(tmp_path / "d.jsonl"))
    assert [sample.reference for sample in samples] == ["cba", "ed", "de"]
    assert report.replies == 3
    tokens = sum(len(generator.tokenizer.encode(sample.reference)) for sample in samples)
    assert report.perplexity_word == pytest.approx(report.perplexity_token ** (tokens / 3), rel=1e-3)


def test_the_command_prints_one_json_object(checkpoint: Path, tmp_path: Path) -> None:
    data = str(_rows(tmp_path / "d.jsonl"))
    command = [sys.executable, "-m", "brain", "evaluate", "dialogue", "--data", data, "--model", str(checkpoint)]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)) == {
        "replies", "perplexity_token", "perplexity_word", "f1", "bleu", "distinct_1", "distinct_2",
        "replies_per_second",
    }  # fmt: skip
    table = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "perplexity_word" in table.stdout
