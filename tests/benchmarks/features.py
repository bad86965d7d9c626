"""What each kind of features reaches alone: logistic regression on its vectors, and the nearest reply.

Needs the training data in ../shared/data. Word vectors are the starter ear's, or where there is none yet those of
all-MiniLM-L6-v2 in runs/minilm (brain/starter/ear.toml says where it comes from); without either they are left out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from scipy.sparse import issparse
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import f1_score
from sklearn.preprocessing import normalize

from brain.ear.sentence_encoder import SentenceEncoder
from brain.ear.training.beginning import teacher
from brain.ear.training.pairs import Exchange, read_exchanges
from brain.ear.training.retrieval import is_right
from brain.starter import EAR
from brain.text.cleaning import clean
from brain.text.dialogues import read_rows
from brain.text.features.averages import AveragedWordVectors
from brain.text.features.interface import Features
from brain.text.features.terms import BagOfWords, TermSettings, TfidfCharacters, TfidfWords
from tests.benchmarks.report import console, print_table

_ROOT = Path(__file__).parents[2]
_DATA = _ROOT.parent / "shared" / "data"
_ORIGIN = _ROOT / "runs" / "minilm"
_WEIGHT_DECAY = 1e-5
_ROUNDS = 10
_SEEDS = range(1, 6)
_SGD: dict[str, Any] = {"alpha": _WEIGHT_DECAY, "max_iter": _ROUNDS, "tol": None, "random_state": 1}
_MACRO: dict[str, Any] = {"average": "macro", "zero_division": 0}
_COLUMNS = ("", "CLINC150", "oos", "BANKING77", "GoEmotions", "zh topic", "zh reply", "columns", "µs")
_NOTE = (
    f"Logistic regression ({_ROUNDS} rounds of SGD, alpha={_WEIGHT_DECAY:g}) on valid rows: CLINC150 in scope, how "
    "much out of scope is found, BANKING77, macro-F1 of GoEmotions by the first label of a row, topic of a Chinese "
    "talk by its first message. Then: how often the right Chinese reply is the nearest of 100. µs: for one message."
)

Make = Callable[[], Features]
Labelled = tuple[list[str], np.ndarray]
"""Texts and the label of each."""


def run() -> None:
    """Print all figures."""
    if not _DATA.is_dir():
        console.print(f"features: skipped, it needs {_DATA}\n")
        return
    torch.set_num_threads(1)
    rows = [(name, *_figures(make)) for name, make in _kinds().items()]
    print_table("Features, each alone", _COLUMNS, rows, _NOTE)


def _kinds() -> Mapping[str, Make]:
    kinds: dict[str, Make] = {
        "bag of words": BagOfWords,
        "bag of words, no stop words": lambda: BagOfWords(TermSettings(longest=2, keep_stop_words=False)),
        "TF-IDF, words": TfidfWords,
        "TF-IDF, words, no stop words": lambda: TfidfWords(TermSettings(longest=2, keep_stop_words=False)),
        "TF-IDF, characters": TfidfCharacters,
    }
    if EAR.is_dir() or _ORIGIN.is_dir():
        ear = SentenceEncoder.load(EAR) if EAR.is_dir() else SentenceEncoder(teacher(_ORIGIN))
        whose = "ear" if EAR.is_dir() else "MiniLM"
        kinds[f"word vectors, {whose}"] = lambda: AveragedWordVectors(ear.word_vectors)
    return kinds


def _figures(make: Make) -> Iterator[str]:
    """Yield the cells of one row, in the order of the columns."""
    clinc, (predicted, labels) = _classified(make, _labelled("clinc150"))
    yield f"{np.mean((predicted == labels)[labels != 'oos']):.1%}"
    yield f"{np.mean((predicted == labels)[labels == 'oos']):.1%}"
    _, (predicted, labels) = _classified(make, _labelled("banking77"))
    yield f"{np.mean(predicted == labels):.1%}"
    _, (predicted, labels) = _classified(make, _labelled("goemotions"))
    yield f"{f1_score(labels, predicted, **_MACRO):.3f}"
    _, (predicted, labels) = _classified(make, _topics())
    yield f"{np.mean(predicted == labels):.1%}"
    yield f"{_right_replies(make):.1%}"
    yield f"{_unit_vectors(clinc, ['hello']).shape[1]:,}"
    yield f"{1e6 * _seconds_a_message(clinc):.0f}"


def _classified(make: Make, sets: Sequence[Labelled]) -> tuple[Features, tuple[np.ndarray, np.ndarray]]:
    """Return features fitted on the first set, and what is predicted of the second beside its labels."""
    (texts, labels), (asked, right) = sets
    features = make().fit(texts)
    model = SGDClassifier(loss="log_loss", **_SGD)
    model.fit(features.vectors(texts), labels)
    return features, (np.asarray(model.predict(features.vectors(asked))), right)


@cache
def _labelled(name: str) -> list[Labelled]:
    sets: list[Labelled] = []
    for split in ("train", "valid"):
        rows = list(read_rows(_DATA / name / f"{split}.jsonl.gz"))
        sets.append(([clean(row["text"]) for row in rows], np.array([row["label"] for row in rows])))
    return sets


@cache
def _topics() -> list[Labelled]:
    """Return the first messages of Chinese talks of Familiar's corpus and what each is about."""
    sets: list[Labelled] = []
    for splits in (("train",), ("valid", "test")):
        rows = [row for split in splits for row in _chinese_talks(split)]
        topics = [re.sub(r"^bank_|\d+$", "", row["topic"]) for row in rows]
        sets.append(([clean(row["turns"][0]["text"]) for row in rows], np.array(topics)))
    return sets


def _chinese_talks(split: str) -> Iterator[dict[str, Any]]:
    return (row for row in read_rows(_DATA / "familiar" / f"{split}.jsonl.gz") if row["lang"] == "zh")


def _right_replies(make: Make) -> float:
    """Share of held-out Chinese replies that are nearer to message and context than 99 others, five draws."""
    known = _exchanges("train")
    features = make().fit([text for exchange in known for text in (exchange.message, exchange.reply)])
    asked = [exchange for split in ("valid", "test") for exchange in _exchanges(split)]
    replies = _unit_vectors(features, [exchange.reply for exchange in asked])
    messages = _unit_vectors(features, [exchange.message for exchange in asked])
    contexts = _unit_vectors(features, [exchange.context for exchange in asked])
    nearness = (messages + contexts) @ replies.T
    whole = nearness.toarray() if issparse(nearness) else nearness
    return float(np.mean([is_right(whole, seed).mean() for seed in _SEEDS]))


def _unit_vectors(features: Features, texts: Sequence[str]) -> Any:
    return normalize(features.vectors(texts))


def _exchanges(split: str) -> Iterator[Exchange]:
    for exchanges in read_exchanges(_DATA / "familiar" / f"{split}.jsonl.gz", "zh").values():
        yield from exchanges


def _seconds_a_message(features: Features) -> float:
    times: list[float] = []
    for _ in range(200):
        started = time.perf_counter()
        features.vectors(["could you tell me what the weather will be like in paris next week"])
        times.append(time.perf_counter() - started)
    return median(times)
