"""What a run begins with: a network and a tokenizer, new or from a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from rich.console import Console

from brain.text.dialogues import read_dialogues
from brain.text.tokenizer import Tokenizer
from brain.training.checkpoint import Checkpoint, load_checkpoint, rebuild
from brain.training.folders import replaced_file
from brain.training.settings import RunSettings
from brain.voice.config import ModelConfig
from brain.voice.seq2seq import Seq2Seq

_TOKENIZER_DIALOGUES = 20_000


def begin(settings: RunSettings, start: Path | None, console: Console) -> Checkpoint:
    """Return what to train, from the checkpoint `start` where there is one. Raises BrainError."""
    if start:
        base = load_checkpoint(start)
        return Checkpoint(rebuild(base.model, settings.model), base.tokenizer)
    tokenizer = _tokenizer(settings, console)
    config = ModelConfig.from_dict({**settings.model, "vocab_size": tokenizer.vocab_size})
    return Checkpoint(Seq2Seq(config), tokenizer)


def _tokenizer(settings: RunSettings, console: Console) -> Tokenizer:
    path = settings.out / "tokenizer.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        console.print("Learning the tokenizer...")
        texts = (line for file in settings.train for line in _texts(file.path))
        replaced_file(path, Tokenizer.train(texts, settings.vocab_size).to_json())
    return Tokenizer.load(path)


def _texts(path: Path) -> Iterator[str]:
    for dialogue in islice(read_dialogues(path), _TOKENIZER_DIALOGUES):
        yield dialogue.style
        for lines in dialogue.persona.values():
            yield from lines
        yield from (turn.text for turn in dialogue.turns)
