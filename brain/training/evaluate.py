"""Evaluation of a generator on dialogues: how well it predicts the replies people gave, and what it says itself."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import track

from brain.errors import DataError
from brain.reply import ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.text.batches import EncodedDialogue, collate, encode_exchanges
from brain.text.dialogues import Dialogue, read_dialogues
from brain.text.sources import exchanges, known_lines
from brain.text.stream import group_by_length
from brain.text.tokenizer import EOS, PAD
from brain.text.words import words
from brain.training.metrics import bleu, distinct, f1, perplexity

_BATCH_TOKENS = 4000
_UNLIMITED = 1 << 30


@dataclass(frozen=True, slots=True)
class DialogueReport:
    """Figures over the scored replies of a file. Perplexities leave the end token out."""

    replies: int
    perplexity_token: float
    perplexity_word: float
    f1: float
    bleu: float
    distinct_1: float
    distinct_2: float
    replies_per_second: float


@dataclass(frozen=True, slots=True)
class Sample:
    """One scored reply: the request, what was said then, and what the generator says."""

    request: ReplyRequest
    reference: str
    reply: str


def evaluate_dialogues(generator: NativeGenerator, path: Path) -> tuple[DialogueReport, list[Sample]]:
    """Measure a generator on a dialogue file. Raises DataError when it holds no scored reply."""
    dialogues = list(read_dialogues(path))
    requests = [item for dialogue in dialogues for item in scored_replies(dialogue)]
    if not requests:
        raise DataError(f"{path} has no reply to score: speaker b, or the one `scored` names, never answers")
    loss, tokens = _negative_log_likelihood(generator, dialogues)
    generator.seed(0)
    started = time.monotonic()
    samples = [
        Sample(request, reference, generator.reply(request).text)
        for request, reference in track(requests, "replying", console=Console(stderr=True), transient=True)
    ]
    seconds = time.monotonic() - started
    replies, references = [sample.reply for sample in samples], [sample.reference for sample in samples]
    report = DialogueReport(
        replies=len(samples),
        perplexity_token=perplexity(loss / tokens),
        perplexity_word=perplexity(loss / sum(len(words(reference)) for reference in references)),
        f1=sum(f1(sample.reply, sample.reference) for sample in samples) / len(samples),
        bleu=bleu(replies, references),
        distinct_1=distinct(replies, 1),
        distinct_2=distinct(replies, 2),
        replies_per_second=len(samples) / seconds,
    )
    return report, samples


def scored_replies(dialogue: Dialogue) -> Iterator[tuple[ReplyRequest, str]]:
    """Yield (what the scored speaker knew, what they said) for each of their replies."""
    persona, facts = known_lines(dialogue, dialogue.scored)
    for index, turn in enumerate(dialogue.turns):
        if index and turn.speaker == dialogue.scored and turn.text:
            turns = tuple(
                SpokenTurn("bot" if earlier.speaker == dialogue.scored else "user", earlier.text)
                for earlier in dialogue.turns[:index]
            )
            yield ReplyRequest(turns, persona, facts, dialogue.style), turn.text


def _negative_log_likelihood(generator: NativeGenerator, dialogues: Sequence[Dialogue]) -> tuple[float, int]:
    """Return the summed loss (nats) and the number of tokens of all scored replies, end tokens left out."""
    encoded = [_encode(generator, dialogue) for dialogue in dialogues]
    loss, tokens = 0.0, 0
    with torch.inference_mode():
        for group in group_by_length([item for item in encoded if item.replies], _BATCH_TOKENS):
            batch = collate(group).to(generator.model.device)
            states = generator.model.encode_batch(batch)
            for targets in batch.targets:
                counted = (targets.outputs != PAD) & (targets.outputs != EOS)
                loss -= float(generator.model.score(targets, states)[counted].double().sum())
                tokens += int(counted.sum())
    return loss, tokens


def _encode(generator: NativeGenerator, dialogue: Dialogue) -> EncodedDialogue:
    config = generator.model.config
    find = generator.exemplars and generator.exemplars.find
    items = list(exchanges(dialogue, (dialogue.scored,), config.max_turns, find))
    return encode_exchanges(items, generator.tokenizer, config.max_length, longest_reply=_UNLIMITED)
