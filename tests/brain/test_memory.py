"""The memory of written exchanges: what it finds, what it leaves out, and a network that answers from it."""

from __future__ import annotations

import dataclasses
import gzip
import io
import itertools
import json
import random
from pathlib import Path

import pytest
from rich.console import Console

from brain.errors import CheckpointError
from brain.memory.exemplars import Exemplars
from brain.memory.response_memory import MemoryRow, ResponseMemory
from brain.memory.word_index import WordIndex
from brain.reply import ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.text.dialogues import parse_dialogue
from brain.text.stream import WeightedFile
from brain.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from brain.training.manifest import write_manifest
from brain.training.settings import RunSettings
from brain.training.train import Trainer
from brain.voice.decoding import Decoding
from brain.voice.seq2seq import Seq2Seq

ROWS = [
    MemoryRow("", "i can't sleep", "Try reading something dull."),
    MemoryRow("", "my cat is ill", "Poor thing! Have you seen a vet?"),
    MemoryRow("do you like tea?", "yes", "Green or black?"),
    MemoryRow("do you have a dog?", "yes", "What is its name?"),
    MemoryRow("", "你好吗", "我很好，你呢？"),
    MemoryRow("", "今天天气很冷", "多穿点衣服。"),
]


@pytest.fixture
def memory() -> ResponseMemory:
    return ResponseMemory(ROWS)


@pytest.mark.parametrize(
    ("message", "context", "reply"),
    [
        ("why can I not sleep?", "", "Try reading something dull."),
        ("SLEEPING is hard", "", "Try reading something dull."),
        ("two cats", "", "Poor thing! Have you seen a vet?"),
        ("yes", "a dog?", "What is its name?"),
        ("yes", "some tea?", "Green or black?"),
        ("你好！", "", "我很好，你呢？"),
        ("天气冷吗", "", "多穿点衣服。"),
    ],
)
def test_the_nearest_exchange_is_found_by_its_words_and_by_what_came_before(
    memory: ResponseMemory, message: str, context: str, reply: str
) -> None:
    assert memory.search(message, context, 1) == [reply]


def test_what_was_said_is_left_out_and_no_reply_comes_twice() -> None:
    memory = ResponseMemory([*ROWS, *[MemoryRow("", f"sleep {number}", "Count sheep.") for number in range(9)]])
    assert set(memory.search("sleep", "", 2)) == {"Count sheep.", "Try reading something dull."}
    assert "Count sheep." not in memory.search("sleep", "", 2, {"Count sheep."})


def test_what_no_exchange_resembles_finds_nothing(memory: ResponseMemory) -> None:
    assert memory.search("quantum", "quarks everywhere", 3) == []
    assert memory.search("quantum sleep", "quarks everywhere", 3) == ["Try reading something dull."]


def test_an_exchange_is_as_near_as_can_be_to_itself() -> None:
    index = WordIndex([row.message for row in ROWS])
    for place, row in enumerate(ROWS):
        assert index.scores(row.message)[place] == pytest.approx(1.0)


def test_what_came_before_never_makes_up_for_another_message() -> None:
    memory = ResponseMemory([MemoryRow("Shall we bake bread?", "yes", "Flour first."), *ROWS])
    assert memory.search("SLEEPING is hard", "Shall we bake bread?", 1) == ["Try reading something dull."]


def test_in_conversation_a_far_exchange_is_not_offered_beside_a_near_one(memory: ResponseMemory) -> None:
    near, far = "Try reading something dull.", "Poor thing! Have you seen a vet?"
    assert memory.search("i can't sleep, cat", "", 2) == [near, far]
    assert memory.search("i can't sleep, cat", "", 2, nearness=0.75) == [near]
    assert Exemplars(memory, 2).find_for_reply("i can't sleep, cat", "", ()) == [near]
    assert far in Exemplars(memory, 2).find_for_reply("i can't sleep, cat", "", {near})


def test_an_empty_memory_finds_nothing() -> None:
    assert ResponseMemory([]).search("hello", "", 3) == []


def test_a_memory_survives_the_disk_and_is_the_same_bytes_each_time(memory: ResponseMemory, tmp_path: Path) -> None:
    for name in ("one.jsonl.gz", "two.jsonl.gz"):
        memory.save(tmp_path / name)
    assert (tmp_path / "one.jsonl.gz").read_bytes() == (tmp_path / "two.jsonl.gz").read_bytes()
    loaded = ResponseMemory.load(tmp_path / "one.jsonl.gz")
    assert loaded.rows == memory.rows
    assert loaded.search("my cats", "", 3) == memory.search("my cats", "", 3)


def _row(persona: dict[str, list[str]], **more: object) -> dict[str, object]:
    turns = [{"speaker": "ab"[number % 2], "text": text} for number, text in enumerate(("hi", "hey", "", "so", "ok"))]
    style = {"length": "short", "tone": "casual", "emoji": False}
    return {"turns": turns, "persona": persona, "style": style, **more}


def test_only_answers_of_a_bot_of_no_special_persona_are_remembered() -> None:
    rows = [
        _row({"b": ["I am Familiar."]}),
        _row({"b": ["I am a pirate."]}),
        _row({"a": ["has a cat"], "b": ["I am Familiar."]}),
        {key: value for key, value in _row({"b": ["I am Familiar."]}).items() if key != "style"},
    ]
    memory = ResponseMemory.of_dialogues(map(parse_dialogue, rows))
    assert memory.rows == (MemoryRow("", "hi", "hey"),)  # and nothing that answers an empty turn


def test_in_training_the_very_reply_is_mostly_among_the_exemplars_and_in_conversation_never(
    memory: ResponseMemory,
) -> None:
    exemplars = Exemplars(memory, 2)
    assert "Green or black?" not in exemplars.find("yes", "do you like tea?", "Green or black?")
    find = exemplars.find_for_training(random.Random(0))
    found = [find("yes", "do you like tea?", "Green or black?") for _ in range(500)]
    assert all(len(texts) <= 2 for texts in found)
    assert 0.7 < sum("Green or black?" in texts for texts in found) / len(found) < 0.9
    assert len({tuple(texts) for texts in found}) == 3  # first, second, or not there


def test_a_checkpoint_carries_its_memory_and_refuses_a_damaged_one(
    tiny: Seq2Seq, checkpoint: Path, memory: ResponseMemory, tmp_path: Path
) -> None:
    whole = load_checkpoint(checkpoint)
    model = Seq2Seq(dataclasses.replace(tiny.config, exemplars=2))
    save_checkpoint(tmp_path / "m", Checkpoint(model, whole.tokenizer, memory), {}, "")
    loaded = load_checkpoint(tmp_path / "m").memory
    assert loaded is not None
    assert loaded.rows == memory.rows
    for content in (b"no gzip", gzip.compress(b'{"context": "", "message": 1, "reply": ""}')):
        (tmp_path / "m" / "memory.jsonl.gz").write_bytes(content)
        write_manifest(tmp_path / "m")
        with pytest.raises(CheckpointError, match="unusable memory"):
            load_checkpoint(tmp_path / "m")


def test_a_network_with_exemplars_learns_to_copy_the_one_that_fits(reversal: RunSettings, tmp_path: Path) -> None:
    known, unseen = _exchanges()
    path = tmp_path / "dialogues.jsonl"
    path.write_text("".join(json.dumps(_dialogue(*row)) + "\n" for row in known))
    settings = dataclasses.replace(
        reversal,
        train=(WeightedFile(path, 1.0),),
        valid=(path,),
        memory=path,
        model={**reversal.model, "exemplars": 2},
        schedule=dataclasses.replace(reversal.schedule, steps=200, valid_every=200),
    )
    trained = load_checkpoint(Trainer(settings, Console(file=io.StringIO())).train())
    memory = ResponseMemory([MemoryRow("", message, reply) for message, reply in unseen])
    generator = NativeGenerator(Checkpoint(trained.model, trained.tokenizer, memory))
    generator.decoding = Decoding(method="greedy", max_length=24)
    right = 0
    for message, reply in unseen:
        request = ReplyRequest((SpokenTurn("user", message),), ("I am Familiar.",), style="short casual plain")
        right += generator.reply(request).text == reply
    assert right >= 3  # by chance one in 64 would be


def _exchanges() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Messages end with a word of their own; replies begin with it and go on with two letters nobody could guess."""
    rng = random.Random(1)
    words = ["".join(letters) for letters in itertools.permutations("abcdefgh", 3)]
    rng.shuffle(words)
    rows = [(f"{rng.choice('ijkl')}{rng.choice('mnop')} {word}", f"{word} {' '.join(rng.choices('stuvwxyz', k=2))}")
            for word in words]  # fmt: skip
    return rows[15:], rows[:15]


def _dialogue(message: str, reply: str) -> dict[str, object]:
    turns = [{"speaker": "a", "text": message}, {"speaker": "b", "text": reply}]
    style = {"length": "short", "tone": "casual", "emoji": False}
    return {"turns": turns, "persona": {"b": ["I am Familiar."]}, "style": style}
