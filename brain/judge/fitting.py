"""Fitting a judge to replies labelled by reading: `labelled.jsonl` holds turns, a reply, and whether it is right.

The wrong ones are near misses: what the memory found for just these turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brain.ear.sentence_encoder import SentenceEncoder
from brain.errors import DataError
from brain.judge.candidates import as_candidates, said
from brain.judge.evidence import Rarity, evidence
from brain.judge.judge import Judge, fit_weights
from brain.memory.query import Query
from brain.memory.response_memory import ResponseMemory
from brain.text.cleaning import clean
from brain.text.dialogues import read_rows
from brain.text.language import language_of

LABELLED = Path(__file__).with_name("labelled.jsonl")
_FOUND = 400
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class LabelledReply:
    """A reply to turns (oldest first, the message last), and whether a reader took it for right."""

    turns: tuple[str, ...]
    reply: str
    right: bool


@dataclass(frozen=True, slots=True)
class Examples:
    """Evidence [N, F], labels [N], which conversation each is of [N], and its plain score in the search [N]."""

    found: NDArray[np.float32]
    right: NDArray[np.bool_]
    talk: NDArray[np.int64]
    score: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Figures:
    """How well right replies are told from wrong ones in talks that were not fitted to.

    `auc` is the chance that a right reply gets the higher number than a wrong one; `first_right` the share of talks
    whose first reply is right, where one was.
    """

    examples: int
    auc: float
    auc_of_closeness: float
    first_right: float
    first_right_by_closeness: float


def read_labelled(path: Path = LABELLED) -> list[LabelledReply]:
    """Read labelled replies. Raises DataError."""
    try:
        return [LabelledReply(tuple(row["turns"]), row["reply"], bool(row["right"])) for row in read_rows(path)]
    except (KeyError, TypeError) as error:
        raise DataError(f"{path}: a row lacks {error}") from None


def fit(
    rows: Sequence[LabelledReply], memory: ResponseMemory, ear: SentenceEncoder, texts: Sequence[str]
) -> tuple[Judge, Figures]:
    """Fit a judge, and measure it on talks that each fold left out. `texts` tell which words are rare."""
    rarity = Rarity.of(texts)
    examples = collect(rows, memory, ear, rarity)
    return Judge(fit_weights(examples.found, examples.right), rarity), measure(examples)


def collect(rows: Sequence[LabelledReply], memory: ResponseMemory, ear: SentenceEncoder, rarity: Rarity) -> Examples:
    """Search the memory for the turns of each talk, and keep the evidence of the replies that are labelled."""
    talks: dict[tuple[str, ...], dict[str, bool]] = {}
    for row in rows:
        talks.setdefault(row.turns, {})[clean(row.reply)] = row.right
    found: list[tuple[NDArray[np.float32], bool, int, float]] = []
    for number, (turns, labels) in enumerate(talks.items()):
        here = said(ear, tuple(map(clean, turns)))
        query = Query(
            here.turns,
            here.turns[-2::-2],
            lang=language_of(here.turns),
            message_vector=here.message,
            context_vector=here.context,
        )
        matches = [match for match in memory.search(query, _FOUND) if match.row.reply in labels]
        for match, candidate in zip(matches, as_candidates(memory, matches), strict=True):
            found.append((evidence(here, candidate, rarity), labels[match.row.reply], number, match.score))
    evidences, right, talk, score = zip(*found, strict=True)
    return Examples(np.stack(evidences), np.array(right), np.array(talk), np.array(score, dtype=np.float32))


def measure(examples: Examples) -> Figures:
    """Judge every talk by weights fitted to the other folds."""
    sure = np.zeros(len(examples.right), dtype=np.float32)
    for fold in range(_FOLDS):
        out = examples.talk % _FOLDS == fold
        judge = Judge(fit_weights(examples.found[~out], examples.right[~out]), Rarity({}, 1.0))
        sure[out] = judge.probabilities(examples.found[out])
    return Figures(
        len(sure),
        _auc(sure, examples.right),
        _auc(examples.score, examples.right),
        _first_right(sure, examples),
        _first_right(examples.score, examples),
    )


def _auc(values: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    higher = values[right][:, None] > values[~right][None, :]
    return float(higher.mean())


def _first_right(values: NDArray[np.float32], examples: Examples) -> float:
    hits = [
        examples.right[of_talk][values[of_talk].argmax()]
        for talk in np.unique(examples.talk)
        if examples.right[of_talk := np.flatnonzero(examples.talk == talk)].any()
    ]
    return float(np.mean(hits))
