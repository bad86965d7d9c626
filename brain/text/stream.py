"""An endless, repeatable stream of batches from dialogue files, without holding the files in memory."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from brain.checked import Positive, check_values
from brain.errors import DataError
from brain.memory.exemplars import Exemplars
from brain.text.batches import Batch, EncodedDialogue, collate, encode_dialogue
from brain.text.dialogues import Dialogue, read_dialogues
from brain.text.tokenizer import Tokenizer

_POOL_BATCHES = 16


@dataclass(frozen=True, slots=True)
class WeightedFile:
    """A dialogue file and how often a dialogue is drawn from it, relative to the others."""

    path: Path
    weight: Positive

    def __post_init__(self) -> None:
        check_values(self, "train.")


@dataclass(frozen=True, slots=True)
class BatchStream:
    """Batches of about `batch_tokens` target tokens; the same seed gives the same batches.

    Each dialogue is the next of a file drawn by weight; a file begins again at its end. Dialogues are shuffled within a
    pool of several batches, and those of similar reply length go into one batch.
    """

    files: Sequence[WeightedFile]
    tokenizer: Tokenizer
    max_turns: int
    max_length: int
    batch_tokens: int
    seed: int
    exemplars: Exemplars | None = None

    def batches(self, start: int = 0) -> Iterator[Batch]:
        """Yield batches from number `start` on: those before it are passed over, so that a run resumes exactly."""
        for number, dialogues in enumerate(self._groups()):
            if number >= start:
                yield collate(dialogues)

    def _groups(self) -> Iterator[list[EncodedDialogue]]:
        rng = random.Random(self.seed)
        pool: list[EncodedDialogue] = []
        for dialogue in self._dialogues(rng):
            pool.append(dialogue)
            if sum(item.target_tokens for item in pool) >= _POOL_BATCHES * self.batch_tokens:
                groups = group_by_length(pool, self.batch_tokens)
                rng.shuffle(groups)
                yield from groups
                pool = []

    def _dialogues(self, rng: random.Random) -> Iterator[EncodedDialogue]:
        readers = [self._forever(file.path, rng) for file in self.files]
        weights = [file.weight for file in self.files]
        while True:
            if encoded := next(rng.choices(readers, weights)[0]):
                yield encoded

    def _forever(self, path: Path, rng: random.Random) -> Iterator[EncodedDialogue | None]:
        """Read a file again and again; None for a dialogue without a reply that can be learned."""
        find = self.exemplars and self.exemplars.find_for_training(rng)
        while True:
            usable = False
            for dialogue in read_dialogues(path):
                speakers = trained_speakers(dialogue)
                encoded = encode_dialogue(dialogue, speakers, self.tokenizer, self.max_turns, self.max_length, find)
                usable = usable or bool(encoded.replies)
                yield encoded if encoded.replies else None
            if not usable:
                raise DataError(f"{path} has no reply of at most {self.max_length - 1} tokens to learn")


def group_by_length(pool: Sequence[EncodedDialogue], batch_tokens: int) -> list[list[EncodedDialogue]]:
    """Cut dialogues, sorted by their mean reply length, into groups of about `batch_tokens` target tokens."""
    groups: list[list[EncodedDialogue]] = []
    size = 0
    for dialogue in sorted(pool, key=lambda item: item.target_tokens / len(item.replies)):
        if not groups or size + dialogue.target_tokens > batch_tokens:
            groups.append([])
            size = 0
        groups[-1].append(dialogue)
        size += dialogue.target_tokens
    return groups


def trained_speakers(dialogue: Dialogue) -> tuple[str, ...]:
    """Whose lines are learned: the bot's where there is one, else everybody's."""
    return ("b",) if dialogue.with_bot else ("a", "b")
