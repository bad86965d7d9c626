"""Intents: learned from a few examples, how sure, none of these, which words, and how they are kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import brain.__main__ as command
import brain.starter
from brain.ear.figures import macro
from brain.ear.inputs import Vectors, whole_and_words
from brain.ear.intent import NONE
from brain.ear.intent.classifier import Calibration, IntentClassifier
from brain.ear.intent.evaluating import figures_of, measure_intents
from brain.ear.intent.fitting import fit_intents
from brain.ear.labelled import Labelled, read_labelled
from brain.ear.sentence_encoder import SentenceEncoder
from brain.errors import CheckpointError, DataError
from brain.logistic import Logistic
from brain.memory.vectors import DIM
from tests.brain.reading import read
from tests.cases import CASES
from tests.tiny_ear import tiny_ear

EXAMPLES = {
    "weather": ["what's the weather", "will it rain tomorrow", "is it sunny outside", "weather for today please"],
    "timer": ["set a timer for ten minutes", "start a timer", "timer of one hour please", "set the timer"],
    "music": ["play some music", "play a song by abba", "put on a song", "play music please"],
    "alarm": ["wake me up at seven", "set an alarm for six", "alarm at noon", "wake me at eight"],
}
ROWS = [Labelled(text, (label,)) for label, texts in EXAMPLES.items() for text in texts]


@pytest.fixture(scope="module")
def classifier() -> IntentClassifier:
    return _fitted()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("will it rain today", "weather"),
        ("start the timer", "timer"),
        ("play a song", "music"),
        ("wake me up at nine", "alarm"),
    ],
)
def test_an_intent_is_recognised_from_a_few_examples(classifier: IntentClassifier, text: str, label: str) -> None:
    intent = classifier.predict(text)

    assert intent.label == label
    assert intent.ranked[0] == (label, intent.probability)
    assert [chance for _, chance in intent.ranked] == sorted((chance for _, chance in intent.ranked), reverse=True)


def test_what_is_like_no_example_is_none_of_these(classifier: IntentClassifier) -> None:
    assert classifier.calibration.threshold > 0.25
    assert classifier.predict("x").label is None


def test_rows_that_belong_to_none_teach_what_none_is() -> None:
    foreign = [Labelled(text, (NONE,)) for text in ("why is the sky blue", "who wrote hamlet", "how tall are giraffes")]
    intent = fit_intents([*ROWS, *foreign], read).predict("who wrote macbeth")

    assert intent.label is None
    assert NONE not in dict(intent.ranked)


def test_the_words_that_speak_for_an_intent_are_named(classifier: IntentClassifier) -> None:
    words = classifier.explain("could you play some music")

    assert words[0][0] in {"play", "music"}
    assert {word for word, _ in words} == {"could", "you", "play", "some", "music"}
    assert dict(classifier.explain("play music now", "timer"))["play"] < 0


@pytest.mark.parametrize(("text", "words"), [("", []), ("播放music", ["播", "放", "music"]), ("hi!", ["hi", "!"])])
def test_any_text_is_explained_by_its_own_words(classifier: IntentClassifier, text: str, words: list[str]) -> None:
    assert sorted(word for word, _ in classifier.explain(text)) == sorted(words)


def test_an_unknown_intent_is_not_explained(classifier: IntentClassifier) -> None:
    with pytest.raises(KeyError, match="pizza"):
        classifier.explain("play music", "pizza")


def test_probabilities_are_cooled_by_the_temperature() -> None:
    head = Logistic(np.eye(2, dtype=np.float32), np.zeros(2, np.float32))

    def unit(texts: Sequence[str]) -> Vectors:
        return np.array([[2.0, 0.0]] * len(texts), dtype=np.float32)

    warm, cool = (IntentClassifier(("a", "b"), head, Calibration(by), unit).predict("?") for by in (1.0, 4.0))
    assert warm.probability == pytest.approx(1 / (1 + np.exp(-2)))
    assert cool.probability == pytest.approx(1 / (1 + np.exp(-0.5)))


@pytest.mark.parametrize(
    ("right", "said", "expected"),
    [
        (["a", "b"], ["a", "b"], {"accuracy": 1.0, "macro_f1": 1.0}),
        (["a", "a", "b"], ["a", "b", "b"], {"accuracy": 2 / 3, "macro_precision": 0.75, "macro_recall": 0.75}),
        (["a", "b", NONE], ["a", NONE, NONE], {"in_scope_accuracy": 0.5, "oos_recall": 1.0, "oos_precision": 0.5}),
        (["a", NONE], ["a", "a"], {"in_scope_accuracy": 1.0, "oos_recall": 0.0, "oos_precision": 0.0}),
        ([NONE], [NONE], {"accuracy": 1.0, "in_scope_accuracy": 0.0}),
    ],
)
def test_figures_are_counted(right: list[str], said: list[str], expected: dict[str, float]) -> None:
    figures = figures_of(right, said)

    assert {name: figures[name] for name in expected} == pytest.approx(expected)
    assert ("oos_recall" in figures) == (NONE in right)


def test_macro_figures_of_nothing_are_zero() -> None:
    assert macro(np.zeros((2, 3), bool), np.zeros((2, 3), bool)).f1 == 0


def test_a_classifier_is_kept(classifier: IntentClassifier, tmp_path: Path) -> None:
    classifier.save(tmp_path / "one")
    kept = IntentClassifier.load(tmp_path / "one", read)
    kept.save(tmp_path / "two")

    assert kept.labels == classifier.labels
    assert kept.predict("play a song") == classifier.predict("play a song")
    assert (tmp_path / "one/manifest.json").read_bytes() == (tmp_path / "two/manifest.json").read_bytes()


@pytest.mark.parametrize("name", ["config.json", "head-00001.safetensors", "manifest.json"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_file_is_refused_by_name(
    classifier: IntentClassifier, tmp_path: Path, name: str, damage: str
) -> None:
    folder = tmp_path / "intents"
    classifier.save(folder)
    file = folder / name
    file.unlink() if damage == "missing" else file.write_bytes(b"x" + file.read_bytes())

    with pytest.raises(CheckpointError, match=name):
        IntentClassifier.load(folder, read)


@pytest.mark.parametrize(
    ("labels", "size", "calibration", "words"),
    [
        (("a", "a"), 2, Calibration(), "distinct"),
        ((NONE,), 1, Calibration(), "distinct"),
        (("a", "b"), 2, Calibration(float("nan")), "temperature"),
        (("a", "b"), 2, Calibration(1.0, 1.5), "threshold"),
        (("a", "b", "c"), 2, Calibration(), "weights"),
    ],
)
def test_a_classifier_with_impossible_numbers_is_refused(
    tmp_path: Path, labels: tuple[str, ...], size: int, calibration: Calibration, words: str
) -> None:
    head = Logistic(np.ones((size, 4), np.float32), np.ones(size, np.float32))
    IntentClassifier(labels, head, calibration, read).save(tmp_path / "intents")

    with pytest.raises(CheckpointError, match=words):
        IntentClassifier.load(tmp_path / "intents", read)


@pytest.mark.parametrize("rows", [[], ROWS[:3]])
def test_one_intent_alone_cannot_be_learned(rows: list[Labelled]) -> None:
    with pytest.raises(DataError, match="at least two"):
        fit_intents(rows, read)


def test_one_example_each_is_enough_to_begin() -> None:
    classifier = fit_intents([ROWS[0], ROWS[4]], read)

    assert classifier.predict(ROWS[4].text).label == "timer"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no rows"),
        ('{"text": "hi"}', "line 1"),
        ('{"text": "hi", "label": ""}', "line 1"),
        ('{"text": "hi", "labels": [1]}', "line 1"),
        ('{"text": "hi", "label": "a"}\n{"label": "a"}', "line 2"),
        ("nonsense", "line 1"),
    ],
)
def test_rows_that_cannot_be_learned_from_are_named(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(content, "utf-8")

    with pytest.raises(DataError, match=words):
        read_labelled(file)


def test_the_ear_reads_wholes_and_words_alone_or_together() -> None:
    reader = whole_and_words(SentenceEncoder.load(tiny_ear()))
    together = reader(["hello", "set a timer"])

    assert together.shape == (2, 2 * DIM)
    np.testing.assert_allclose(reader(["hello"])[0], together[0], atol=1e-5)


def test_measuring_says_all_its_figures() -> None:
    encoder = SentenceEncoder.load(tiny_ear())
    rows = [*ROWS, Labelled("why is the sky blue", (NONE,))]
    report = measure_intents(fit_intents(ROWS, whole_and_words(encoder)), rows, encoder)

    assert {"accuracy", "macro_precision", "macro_recall", "macro_f1", "ms_per_message"} < report.figures.keys()
    assert {"in_scope_accuracy", "oos_recall", "oos_precision"} < report.figures.keys()
    assert len(report.right) == len(report.said) == len(rows)


def test_without_rows_of_none_the_likeliest_counts() -> None:
    encoder = SentenceEncoder.load(tiny_ear())
    report = measure_intents(fit_intents(ROWS, whole_and_words(encoder)), ROWS, encoder)

    assert NONE not in report.said
    assert "oos_recall" not in report.figures


@pytest.mark.parametrize("what", ["intent", "emotion"])
def test_a_missing_file_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    monkeypatch.setattr(brain.starter, "EAR", tiny_ear())
    missing = str(tmp_path / "no.jsonl")

    assert command.main(["evaluate", what, "--train", missing, "--data", missing, "--json"]) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert "no.jsonl" in said.err


def test_the_command_prints_one_json_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(brain.starter, "EAR", tiny_ear())
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps({"text": row.text, "label": row.label}) + "\n" for row in ROWS), "utf-8")

    assert command.main(["evaluate", "intent", "--train", str(file), "--data", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] > 0.9


@settings(max_examples=CASES // 10, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_has_an_intent_or_none(text: str) -> None:
    intent = _fitted().predict(text)

    assert intent.label in {None, *EXAMPLES}
    assert 0 < intent.probability <= 1


@cache
def _fitted() -> IntentClassifier:
    return fit_intents(ROWS, read)
