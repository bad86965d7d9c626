"""Exemplars: replies to similar messages beside a network, in training and in conversation."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
import random
from pathlib import Path

import pytest
from rich.console import Console

from brain.__main__ import main
from brain.memory.exemplars import Exemplars
from brain.memory.response_memory import ResponseMemory
from brain.memory.rows import MemoryRow, rows_of
from brain.memory.stands_alone import StandsAlone
from brain.reply import ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.text.dialogues import read_dialogues
from brain.text.stream import WeightedFile
from brain.training.checkpoint import load_checkpoint
from brain.training.settings import RunSettings
from brain.training.train import Trainer
from brain.voice.decoding import Decoding
from tests.brain.reading import read

ROWS = (
    MemoryRow("i can't sleep", (), "Try reading something dull."),
    MemoryRow("my cat is ill", (), "Poor thing! Has a vet seen it?"),
    MemoryRow("yes", ("do you like tea?",), "Green or black?"),
    MemoryRow("yes", ("do you have a dog?",), "What is its name?"),
)


@pytest.fixture
def exemplars() -> Exemplars:
    return Exemplars(ResponseMemory.of(ROWS, read), 2)


def test_in_conversation_a_far_exchange_is_not_offered_beside_a_near_one(exemplars: Exemplars) -> None:
    near, far = "Try reading something dull.", "Poor thing! Has a vet seen it?"
    assert exemplars.find_for_reply(["i really can't sleep"], ()) == [near]
    assert exemplars.find_for_reply(["i really can't sleep"], {near})[0] == far


def test_in_training_the_very_reply_is_mostly_among_the_exemplars_and_in_conversation_never(
    exemplars: Exemplars,
) -> None:
    turns, reply = ["do you like tea?", "yes"], "Green or black?"
    assert reply not in exemplars.find(turns, reply)
    find = exemplars.find_for_training(random.Random(0))
    found = [find(turns, reply) for _ in range(200)]
    assert all(len(texts) <= 2 for texts in found)
    assert 0.7 < sum(reply in texts for texts in found) / len(found) < 0.9
    assert len({tuple(texts) for texts in found}) == 3  # first, second, or not there


def test_a_network_with_exemplars_learns_to_copy_the_one_that_fits(reversal: RunSettings, tmp_path: Path) -> None:
    known, unseen = _exchanges()
    path = tmp_path / "dialogues.jsonl"
    path.write_text("".join(json.dumps(_dialogue(*row)) + "\n" for row in known))
    settings = dataclasses.replace(
        reversal,
        train=(WeightedFile(path, 1.0),),
        valid=(path,),
        model={**reversal.model, "exemplars": 2},
        schedule=dataclasses.replace(reversal.schedule, steps=200, valid_every=200),
    )
    memory = ResponseMemory.of(rows_of(read_dialogues(path), StandsAlone.shipped()), read)
    trained = load_checkpoint(Trainer(settings, Console(file=io.StringIO()), memory).train())
    here = ResponseMemory.of([MemoryRow(message, (), reply) for message, reply in unseen], read)
    generator = NativeGenerator(trained, here)
    generator.decoding = Decoding(method="greedy", max_length=24)
    right = 0
    for message, reply in unseen:
        request = ReplyRequest((SpokenTurn("user", message),), ("I am Familiar.",), style="short casual plain")
        right += generator.reply(request).text == reply
    assert right >= 3  # by chance one in 64 would be


def test_the_command_trains_with_exemplars_of_the_memory_that_ships(tmp_path: Path) -> None:
    known, _ = _exchanges()
    (tmp_path / "dialogues.jsonl").write_text("".join(json.dumps(_dialogue(*row)) + "\n" for row in known[:20]))
    (tmp_path / "run.toml").write_text(
        """
        out = "run"
        vocab_size = 300
        valid = ["dialogues.jsonl"]
        [[train]]
        path = "dialogues.jsonl"
        weight = 1
        [model]
        exemplars = 2
        embedding_dim = 32
        feedforward_dim = 64
        num_heads = 2
        [schedule]
        steps = 1
        """
    )
    assert main(["train", str(tmp_path / "run.toml")]) == 0
    assert load_checkpoint(tmp_path / "run" / "best").model.config.exemplars == 2


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
