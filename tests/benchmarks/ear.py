"""What the ear understands, and how fast: beside all-MiniLM-L6-v2 as it is published and beside characters.

Needs the training data in ../shared/data, all-MiniLM-L6-v2 in runs/minilm (brain/starter/ear.toml says where it comes
from) and scikit-learn; without them it says so and measures nothing.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, cast

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from brain.ear.checkpoint import load_ear
from brain.ear.sentence_encoder import SentenceEncoder
from brain.ear.training.beginning import teacher
from brain.ear.training.pairs import Exchange, read_exchanges
from brain.ear.training.retrieval import is_right, nearness_of
from brain.starter import EAR
from tests.benchmarks.report import console, print_table

_ROOT = Path(__file__).parents[2]
_DATA = _ROOT.parent / "shared" / "data"
_ORIGIN = _ROOT / "runs" / "minilm"
_PICTURE = _ROOT / "runs" / "ear.png"
_SEEDS = range(1, 6)
_CHARACTERS = 0.3
"""Their weight beside the ear, both scaled to the same spread."""

Row = tuple[str, ...]


def run() -> None:
    """Print all figures and draw them."""
    if not _DATA.is_dir() or not _ORIGIN.is_dir():
        console.print(f"ear: skipped, it needs {_DATA} and {_ORIGIN}\n")
        return
    torch.set_num_threads(2)
    published = SentenceEncoder(teacher(_ORIGIN))
    ear = SentenceEncoder.load(EAR)
    full = SentenceEncoder(load_ear(EAR, int8=False))
    shares = _right_replies(
        {
            "published": published.vectors,
            "ear, float32": full.vectors,
            "ear, int8": ear.vectors,
            "ear, int8, 192 numbers": ear.row_vectors,
        }
    )
    intents = _intents(published, ear, full)
    _speed(published, ear)
    _draw(shares, intents)
    console.print(f"Picture: {_PICTURE}\n")


def _right_replies(readers: dict[str, Callable[[Sequence[str]], np.ndarray]]) -> dict[str, dict[str, float]]:
    shares: dict[str, dict[str, float]] = {}
    for language in ("en", "zh"):
        exchanges = list(_held_out(language))
        characters = _by_characters(exchanges)
        nearness = {name: nearness_of(exchanges, read) for name, read in readers.items()}
        both = nearness["ear, int8"] / nearness["ear, int8"].std() + _CHARACTERS * characters / characters.std()
        shares[language] = {
            name: float(np.mean([is_right(values, seed).mean() for seed in _SEEDS]))
            for name, values in {"characters": characters, **nearness, "ear, int8, and characters": both}.items()
        }
    rows = [
        (name, *(f"{shares[language][name]:.1%}" for language in shares), *_ratios(name, shares))
        for name in shares["en"]
    ]
    columns = ("right reply among 100", "English", "Chinese", "English / published", "Chinese / characters")
    print_table("Held-out corpus replies, by last message and context, five draws", columns, rows)
    return shares


def _ratios(name: str, shares: dict[str, dict[str, float]]) -> Row:
    english, chinese = shares["en"], shares["zh"]
    return f"{english[name] / english['published']:.2f}x", f"{chinese[name] / chinese['characters']:.2f}x"


def _held_out(language: str) -> Iterator[Exchange]:
    for split in ("test", "valid"):
        for exchanges in read_exchanges(_DATA / "familiar" / f"{split}.jsonl.gz", language).values():
            yield from exchanges


def _by_characters(exchanges: Sequence[Exchange]) -> np.ndarray:
    """Nearness [N, N] of messages and contexts to replies by TF-IDF over character n-grams."""
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True)
    replies = cast(Any, vectorizer.fit_transform([exchange.reply for exchange in exchanges]))
    messages = cast(Any, vectorizer.transform([exchange.message for exchange in exchanges]))
    contexts = cast(Any, vectorizer.transform([exchange.context for exchange in exchanges]))
    return np.asarray(((messages + contexts) @ replies.T).todense())


def _intents(published: SentenceEncoder, ear: SentenceEncoder, full: SentenceEncoder) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for name, encoder in (("published", published), ("ear, int8", ear), ("ear, float32", full)):
        found[name] = (*_clinc(encoder), _accuracy(encoder, "banking77"))
    rows = [(name, *(f"{value:.1%}" for value in values)) for name, values in found.items()]
    columns = ("logistic regression on vectors", "CLINC150 in scope", "out of scope found", "BANKING77")
    print_table("Intents, valid rows", columns, rows)
    return found


def _clinc(encoder: SentenceEncoder) -> tuple[float, float]:
    right, labels = _predict(encoder, "clinc150")
    return float(right[labels != "oos"].mean()), float(right[labels == "oos"].mean())


def _accuracy(encoder: SentenceEncoder, name: str) -> float:
    return float(_predict(encoder, name)[0].mean())


def _predict(encoder: SentenceEncoder, name: str) -> tuple[np.ndarray, np.ndarray]:
    train, valid = (list(_rows(name, split)) for split in ("train", "valid"))
    model = LogisticRegression(C=20, max_iter=300)
    model.fit(encoder.vectors([row["text"] for row in train]), [row["label"] for row in train])
    labels = np.array([row["label"] for row in valid])
    predicted = np.asarray(model.predict(encoder.vectors([row["text"] for row in valid])))
    return predicted == labels, labels


def _rows(name: str, split: str) -> Iterator[dict[str, Any]]:
    with gzip.open(_DATA / name / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _speed(published: SentenceEncoder, ear: SentenceEncoder) -> None:
    loading = [_seconds(lambda: SentenceEncoder.load(EAR)) for _ in range(5)]
    texts = [exchange.message for exchange in islice(_held_out("en"), 1000)]
    message = "could you tell me what i should say to my neighbour about his very loud dog at night"
    torch.set_num_threads(1)
    one = {name: _milliseconds(encoder, message) for name, encoder in (("published", published), ("ear", ear))}
    torch.set_num_threads(2)
    many = {
        name: len(texts) / _seconds(lambda encoder=encoder: encoder.vectors(texts))
        for name, encoder in (("published", published), ("ear", ear))
    }
    rows = [
        ("load, ms", "", f"{1000 * median(loading):.0f}"),
        ("a message of 20 tokens, one thread, ms", f"{one['published']:.1f}", f"{one['ear']:.1f}"),
        ("messages/s in batches, two threads", f"{many['published']:.0f}", f"{many['ear']:.0f}"),
    ]
    print_table("Speed", ("", "published, float32", "ear, int8"), rows)


def _milliseconds(encoder: SentenceEncoder, message: str) -> float:
    return 1000 * median(_seconds(lambda: encoder.vectors([message])) for _ in range(50))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _draw(shares: dict[str, dict[str, float]], intents: dict[str, tuple[float, ...]]) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    for place, (language, values) in enumerate(shares.items()):
        left.bar(np.arange(len(values)) + place * 0.4, values.values(), 0.38, label=language)
    left.set_xticks(np.arange(len(shares["en"])) + 0.2, list(shares["en"]))
    left.set_title("right reply among 100")
    left.legend()
    for place, (name, values) in enumerate(intents.items()):
        right.bar(np.arange(3) + place * 0.27, values, 0.25, label=name)
    right.set_xticks(np.arange(3) + 0.27, ["CLINC150 in scope", "out of scope", "BANKING77"])
    right.set_ylim(0.4, 1)
    right.legend()
    figure.tight_layout()
    figure.savefig(_PICTURE)
    plt.close(figure)
