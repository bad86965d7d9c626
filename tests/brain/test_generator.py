"""NativeGenerator through its public face, and the evaluation that uses it."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from brain.line_reader import LineReader
from brain.memory.exemplars import Exemplars
from brain.memory.response_memory import ResponseMemory
from brain.memory.rows import MemoryRow
from brain.reply import ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.text.sources import FACT, LATEST, PERSONA, STYLE, SourceLine, exemplar_kind, turn_kind
from brain.training.evaluate import evaluate_dialogues
from brain.voice.decoding import Hypothesis
from brain.voice.seq2seq import Fused
from tests.brain.reading import read


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


def _spy(generator: NativeGenerator, monkeypatch: pytest.MonkeyPatch) -> list[list[SourceLine]]:
    """Record what the network is given to rest on."""
    given: list[list[SourceLine]] = []
    fuse = LineReader.fuse

    def recording(reader: LineReader, lines: Sequence[SourceLine]) -> Fused:
        given.append(list(lines))
        return fuse(reader, lines)

    monkeypatch.setattr(LineReader, "fuse", recording)
    return given


def test_style_persona_facts_and_history_reach_the_network_and_silence_replaces_the_turns(
    generator: NativeGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = _spy(generator, monkeypatch)
    turns = tuple(SpokenTurn("bot" if number % 2 else "user", f"turn {number}") for number in range(5))
    generator.reply(ReplyRequest(turns, ("I am a toy.",), ("has a cat",), "short casual plain"))
    known = [
        SourceLine(STYLE, "short casual plain"),
        SourceLine(PERSONA, "I am a toy."),
        SourceLine(FACT, "has a cat"),
    ]
    recent = [SourceLine(turn_kind(age, age == 2, 3), f"turn {5 - age}") for age in (1, 2, 3)]
    assert given == [[*known, *recent], [*known, SourceLine(LATEST, "...")]]


def test_what_the_bot_said_before_is_not_offered_again(
    generator: NativeGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = ResponseMemory.of([MemoryRow("hello", (), "hi"), MemoryRow("hello", (), "hey")], read)
    given = _spy(generator, monkeypatch)
    for exemplars, texts in ((["hi", "hey"], ["hello"]), (["hey"], ["hello", "hi", "hello"])):
        generator.exemplars = Exemplars(memory, 2)
        generator.reply(_request(*texts))
        assert [line.text for line in given[-2] if line.kind == exemplar_kind(3)] == exemplars


@pytest.mark.parametrize(
    ("likelihood", "bland", "texts", "chosen"),
    [
        ((-1.0, -1.1), (-1.0, -1.1), ["hello"], 0),
        ((-1.0, -1.1), (-1.0, -5.1), ["hello"], 1),  # a little less likely, but says much more about this message
        ((-1.0, -1.9), (-1.0, -2.9), ["hello"], 0),
        ((-1.0, -1.1), (-1.0, -0.1), ["hello"], 0),  # would be likelier as an answer to anything
        ((-1.0, -2.5), (-1.0, -2.5), ["hello", "abc de", "hello"], 1),  # repeating everything costs 2
        ((-1.0, -3.5), (-1.0, -3.5), ["hello", "abc de", "hello"], 0),
    ],
)
def test_likelihood_specificity_and_repetition_weigh_what_they_should(
    generator: NativeGenerator,
    monkeypatch: pytest.MonkeyPatch,
    likelihood: tuple[float, ...],
    bland: tuple[float, ...],
    texts: list[str],
    chosen: int,
) -> None:
    drawn = [Hypothesis(tuple(generator.tokenizer.encode(text)), 0.0) for text in ("abc de", "fg h")]
    scores = iter([list(likelihood), list(bland)])

    def given(*_: object) -> object:
        return drawn

    def scored(*_: object) -> object:
        return next(scores)

    monkeypatch.setattr("brain.reply_generator.decode", given)
    monkeypatch.setattr(NativeGenerator, "_score", scored)
    reply = generator.reply(_request(*texts))
    assert reply.text == ("abc de", "fg h")[chosen]
    assert reply.scores["specificity"] == pytest.approx(likelihood[chosen] - bland[chosen])


def test_lines_are_read_once_and_no_more_are_kept_than_allowed(
    generator: NativeGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = LineReader(generator.model, generator.tokenizer, cached_tokens=20)
    with torch.inference_mode():
        first = reader.read("a b c")
        assert reader.read("a b c") is first
        for number in range(30):
            reader.read(f"d {number}")
            reader.read("e")
        assert sum(len(line.ids) for line in reader._lines.values()) <= 20  # pyright: ignore[reportPrivateUsage]
        assert "e" in reader._lines  # pyright: ignore[reportPrivateUsage]
        again = reader.read("a b c")
        assert again is not first
        assert torch.equal(again.states, first.states)
        assert len(reader.read("a b c d e f g h a b c d e f g h a b c d e f g h").ids) == 24


def test_two_generators_do_not_say_the_same_by_default(checkpoint: Path) -> None:
    one, other = NativeGenerator.load(checkpoint), NativeGenerator.load(checkpoint)
    assert one.reply(_request("abc")) != other.reply(_request("abc"))


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
