"""A toy world: dialogues in which the reply is the message spelled backwards, and a network small enough for it."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest
import torch

from brain.text.stream import WeightedFile
from brain.text.tokenizer import Tokenizer
from brain.training.checkpoint import Checkpoint, save_checkpoint
from brain.training.settings import RunSettings, Schedule
from brain.voice.config import ModelConfig
from brain.voice.seq2seq import Seq2Seq

TINY = ModelConfig(vocab_size=300, embedding_dim=32, feedforward_dim=64, num_heads=2, max_length=24, max_turns=3)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer.train(["abcdefgh", "hello there", "你好"], 300)


@pytest.fixture
def tiny(tokenizer: Tokenizer) -> Seq2Seq:
    return Seq2Seq(TINY).eval()


@pytest.fixture
def checkpoint(tmp_path: Path, tiny: Seq2Seq, tokenizer: Tokenizer) -> Path:
    save_checkpoint(tmp_path / "tiny", Checkpoint(tiny, tokenizer), {"step": 1}, "# A toy\n")
    return tmp_path / "tiny"


@pytest.fixture
def reversal(tmp_path: Path) -> RunSettings:
    """Settings of a run that learns to spell backwards within seconds."""
    rng = random.Random(0)
    for name, count in (("train", 600), ("valid", 40)):
        rows = [_reversal_row(rng) for _ in range(count)]
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return RunSettings(
        out=tmp_path / "run",
        train=(WeightedFile(tmp_path / "train.jsonl.gz", 1.0),),
        valid=(tmp_path / "valid.jsonl.gz",),
        schedule=Schedule(
            steps=250,
            batch_tokens=400,
            learning_rate=5e-3,
            warmup_steps=20,
            valid_every=50,
            precision="float32",
            threads=1,
        ),
        model={"embedding_dim": 48, "feedforward_dim": 64, "num_heads": 2, "encoder_layers": 1, "decoder_layers": 1,
               "dropout": 0.0, "max_length": 24},
        vocab_size=270,
    )  # fmt: skip


def _reversal_row(rng: random.Random) -> dict[str, object]:
    letters = rng.sample("abcdefgh", rng.randint(3, 5))
    return {
        "style": {"length": "short", "tone": "casual", "emoji": False},
        "turns": [{"speaker": "a", "text": " ".join(letters)}, {"speaker": "b", "text": " ".join(reversed(letters))}],
    }
