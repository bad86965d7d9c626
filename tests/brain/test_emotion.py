"""Emotions: their groups, how pleasant they are, how a head learns and is kept, and the labels of CMU-MOSEI."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import brain.__main__ as command
import brain.starter
from brain.ear.emotion.evaluating import measure_emotions
from brain.ear.emotion.fitting import fit_emotions, fit_starter
from brain.ear.emotion.head import EmotionHead
from brain.ear.emotion.labels import EKMAN, LABELS, OUTPUTS, SENTIMENT, VALENCE, marks, valence
from brain.ear.emotion.mosei import read_mosei
from brain.ear.inputs import whole_impressions
from brain.ear.labelled import Labelled
from brain.ear.sentence_encoder import SentenceEncoder
from brain.errors import CheckpointError, DataError
from tests.brain.reading import read
from tests.cases import CASES
from tests.tiny_ear import tiny_ear

THINGS = ("cake", "film", "song", "garden", "photo", "story", "goal", "dress", "recipe", "dog", "team", "house")
ROWS = [
    row
    for thing in THINGS
    for row in (
        Labelled(f"thank you so much for the {thing}", ("gratitude",)),
        Labelled(f"i hate this awful {thing}", ("anger", "disgust")),
        Labelled(f"i am so scared of the {thing}", ("fear",)),
        Labelled(f"there is the {thing} over there", ("neutral",)),
    )
] * 3


@cache
def fitted() -> EmotionHead:
    return fit_emotions(ROWS, read)


def test_the_groups_are_those_of_goemotions() -> None:
    assert tuple(map(len, OUTPUTS)) == (28, 7, 4)
    assert (EKMAN["annoyance"], EKMAN["gratitude"], EKMAN["curiosity"]) == ("anger", "joy", "surprise")
    assert (SENTIMENT["remorse"], SENTIMENT["pride"], SENTIMENT["realization"]) == ("negative", "positive", "ambiguous")
    assert {EKMAN["neutral"], SENTIMENT["neutral"]} == {"neutral"}


def test_pleasant_emotions_have_a_positive_valence() -> None:
    signs = {"positive": 1, "negative": -1, "neutral": 0}

    assert VALENCE.keys() == set(LABELS)
    assert all(np.sign(VALENCE[label]) == signs[group] for label, group in SENTIMENT.items() if group in signs)


@pytest.mark.parametrize(
    ("emotions", "expected"),
    [
        ({"joy": 0.9}, 1.0),
        ({"grief": 0.5}, -1.0),
        ({"joy": 0.5, "grief": 0.5}, 0.0),
        ({"neutral": 1.0}, 0.0),
        ({}, 0.0),
    ],
)
def test_valence_is_the_mean_of_what_is_there(emotions: dict[str, float], expected: float) -> None:
    chances = np.array([[emotions.get(label, 0.0) for label in LABELS]], dtype=np.float32)

    assert valence(chances)[0] == pytest.approx(expected)


def test_an_emotion_counts_in_all_three_levels() -> None:
    names = [name for level in OUTPUTS for name in level]

    assert [name for name, there in zip(names, marks(["joy", "anger"]), strict=True) if there] == [
        "anger", "joy", "anger", "joy", "negative", "positive",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "emotions", "sentiment"),
    [
        ("thank you so much for the cake", {"gratitude"}, "positive"),
        ("i hate this awful film", {"anger", "disgust"}, "negative"),
        ("i am so scared of the dog", {"fear"}, "negative"),
        ("there is the house over there", {"neutral"}, "neutral"),
    ],
)
def test_a_head_learns_several_emotions_at_once(text: str, emotions: set[str], sentiment: str) -> None:
    feeling = fitted().feel(text)

    assert {name for name, _ in feeling.emotions} == emotions
    assert feeling.sentiment == (sentiment,)
    assert np.sign(round(feeling.valence, 1)) == {"positive": 1, "negative": -1, "neutral": 0}[sentiment]


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        fit_emotions(ROWS[:40], read).save(tmp_path / name)

    assert (tmp_path / "one/manifest.json").read_bytes() == (tmp_path / "two/manifest.json").read_bytes()


def test_a_head_is_kept(tmp_path: Path) -> None:
    fitted().save(tmp_path / "head")
    kept = EmotionHead.load(tmp_path / "head", read).feel("thank you so much for the cake")
    before = fitted().feel("thank you so much for the cake")

    assert kept.ekman == before.ekman
    assert kept.valence == pytest.approx(before.valence, abs=0.01)


@pytest.mark.parametrize("name", ["config.json", "head-00001.safetensors", "manifest.json"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "head"
    fitted().save(folder)
    file = folder / name
    file.unlink() if damage == "missing" else file.write_bytes(b"x" + file.read_bytes())

    with pytest.raises(CheckpointError, match=name):
        EmotionHead.load(folder, read)


def test_a_head_of_another_kind_is_refused(tmp_path: Path) -> None:
    from brain.ear.intent.fitting import fit_intents

    fit_intents([Labelled("hi", ("a",)), Labelled("you", ("b",))], read).save(tmp_path / "head")

    with pytest.raises(CheckpointError, match="not emotion"):
        EmotionHead.load(tmp_path / "head", read)


def test_a_label_that_is_no_emotion_is_named() -> None:
    with pytest.raises(DataError, match="'hunger' is none of the emotions"):
        fit_emotions([Labelled("i could eat a horse", ("hunger",))], read)


def test_the_head_that_ships_is_fitted_by_one_function(tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", ROWS[:40])
    fit_starter(tmp_path / "head", tmp_path / "rows.jsonl", read)

    assert EmotionHead.load(tmp_path / "head", read).feel("thank you for the cake").emotions


def test_measuring_says_all_its_figures() -> None:
    encoder = SentenceEncoder.load(tiny_ear())
    head = fit_emotions(ROWS[:40], whole_impressions(encoder))
    report = measure_emotions(head, ROWS[:8], encoder)

    assert {"accuracy", "macro_precision", "macro_recall", "macro_f1", "ms_per_message"} < report.figures.keys()
    assert report.right.shape == report.said.shape == (8, 39)


def test_the_command_prints_one_json_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(brain.starter, "EAR", tiny_ear())
    write(tmp_path / "rows.jsonl", ROWS[:40])
    file = str(tmp_path / "rows.jsonl")

    assert command.main(["evaluate", "emotion", "--train", file, "--data", file, "--json"]) == 0
    assert {"macro_f1", "ekman_macro_f1", "sentiment_macro_f1"} < json.loads(capsys.readouterr().out).keys()


@settings(max_examples=CASES // 10, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_shows_something(text: str) -> None:
    feeling = fitted().feel(text)

    assert feeling.emotions
    assert feeling.ekman
    assert feeling.sentiment
    assert -1 <= feeling.valence <= 1


SPOKEN = """v1___0___0.5___3.25___I really love this movie.
v1___1___3.25___7.0___The ending___well___it was sad.
v2___0___0.0___2.0___Nobody rated this.
"""
RATED = """HITId,Input.VIDEO_ID,Input.CLIP,Answer.sentiment,Answer.anger,Answer.disgust,Answer.fear,Answer.happiness,\
Answer.sadness,Answer.surprise
h1,v1,0,3,0,0,0,3,0,1
h1,v1,0,2,0,0,0,2,0,0
h2,v1,1,-1,0,0,0,0,2,0
h2,v1,1,0,0,0,,0,1,0
"""


def test_segments_of_mosei_carry_the_mean_of_their_raters(tmp_path: Path) -> None:
    first, second = read_mosei(mosei(tmp_path))

    assert (first.video, first.number, first.start, first.end) == ("v1", 0, 0.5, 3.25)
    assert (first.sentiment, first.level, first.present) == (2.5, "highly positive", ("happiness", "surprise"))
    assert first.emotions["happiness"] == 2.5
    assert second.text == "The ending___well___it was sad."
    assert (second.level, second.present) == ("weakly negative", ("sadness",))


@pytest.mark.parametrize(
    ("spoken", "rated", "words"),
    [
        ("v1___0___0.5___hello", RATED, r"v1\.txt, line 1"),
        ("v1___x___0___1___hello", RATED, r"v1\.txt, line 1"),
        (SPOKEN, RATED.replace("h1,v1,0,2", "h1,v1,0,9"), r"batch\.csv, line 3"),
        (SPOKEN, RATED.replace("Answer.fear", "fear"), r"batch\.csv, line 2"),
        (SPOKEN, RATED.replace("v1", "v9"), "no segment"),
        ("", "", "no segment"),
    ],
)
def test_a_file_that_is_not_moseis_is_named(tmp_path: Path, spoken: str, rated: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_mosei(mosei(tmp_path, spoken, rated))


def mosei(folder: Path, spoken: str = SPOKEN, rated: str = RATED) -> Path:
    for name, content in (("Transcript/Segmented/Combined/v1.txt", spoken), ("Labels/batch.csv", rated)):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(content, "utf-8")
    return folder


def write(path: Path, rows: list[Labelled]) -> None:
    path.write_text("".join(json.dumps({"text": row.text, "labels": row.labels}) + "\n" for row in rows), "utf-8")
