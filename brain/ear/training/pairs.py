"""Pairs of texts that belong together: a message and its reply, two wordings of one wish, a text and its careless twin.

All pairs of a batch are of one source and language, so that no shortcut ("the Chinese one") tells them apart, and come
in runs of one topic, so that the wrong ones are near misses.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from brain.ear.training.noise import careless
from brain.errors import DataError
from brain.text.cleaning import clean
from brain.text.dialogues import read_rows

Kind = Literal["replies", "wordings", "careless", "distil"]
_CONTEXT_TURNS = 3
_RUN = 16


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said (turns, oldest first, the message last) and the reply."""

    turns: tuple[str, ...]
    reply: str

    @property
    def message(self) -> str:
        """The last turn."""
        return self.turns[-1]

    @property
    def context(self) -> str:
        """The last turns, a line each, as the ear reads a conversation."""
        return "\n".join(self.turns[-_CONTEXT_TURNS:])


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts `queries[i]` and `answers[i]` belong together. In a batch to distil both are the same."""

    kind: Kind
    queries: Sequence[str]
    answers: Sequence[str]


class Source:
    """One file's texts, grouped by topic or label, from which batches are drawn."""

    def __init__(self, kind: Kind, path: Path, language: str = "") -> None:
        self.kind: Kind = kind
        self._draw: Callable[[random.Random, int], list[tuple[str, str]]]
        if kind == "replies":
            topics = read_exchanges(path, language)
            self._all = [text for items in topics.values() for item in items for text in (item.message, item.reply)]
            self._draw = lambda rng, size: _draw_replies(topics, rng, size)
        else:
            labels = _read_texts(path, language)
            self._all = [text for items in labels.values() for text in items]
            self._draw = lambda rng, size: _draw_texts(kind, labels, rng, size)

    def texts(self) -> Sequence[str]:
        """Return every text of it."""
        return self._all

    def batch(self, rng: random.Random, size: int) -> Batch:
        """Draw a batch; the same random numbers give the same one."""
        pairs = self._draw(rng, size)
        return Batch(self.kind, [query for query, _ in pairs], [answer for _, answer in pairs])


def read_exchanges(path: Path, language: str = "") -> dict[str, list[Exchange]]:
    """Return topic → exchanges of a file of dialogues; of those in one language, where a row says which it is in.

    Where the rows have a style, speaker b is a bot and only its replies count. Raises DataError.
    """
    found: defaultdict[str, list[Exchange]] = defaultdict(list)
    for row in read_rows(path):
        if language and row.get("lang", language) != language:
            continue
        for exchange in _exchanges_of(row):
            found[str(row.get("topic", ""))].append(exchange)
    if not found:
        raise DataError(f"{path} has no exchanges{f' in {language}' if language else ''}")
    return dict(found)


def _exchanges_of(row: Mapping[str, Any]) -> Iterator[Exchange]:
    turns = [(turn["speaker"], clean(turn["text"])) for turn in row["turns"]]
    for place in range(1, len(turns)):
        speaker, reply = turns[place]
        said = tuple(text for _, text in turns[:place] if text)
        if said and reply and turns[place - 1][1] and (speaker == "b" or "style" not in row):
            yield Exchange(said, reply)


def _read_texts(path: Path, language: str) -> dict[str, list[str]]:
    """Return label → texts: of rows with a text, a question, or turns (whose messages they are)."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in read_rows(path):
        if language and row.get("lang", language) != language:
            continue
        texts = [row.get("text") or row.get("question") or ""] if "turns" not in row else _messages(row)
        found[str(row.get("label", ""))] += filter(None, map(clean, texts))
    return dict(found)


def _messages(row: Mapping[str, Any]) -> list[str]:
    return [turn["text"] for turn in row["turns"] if turn["speaker"] == "a"]


def _draw_replies(topics: Mapping[str, list[Exchange]], rng: random.Random, size: int) -> list[tuple[str, str]]:
    names = list(topics)
    weights = [len(items) for items in topics.values()]
    pairs: dict[str, str] = {}
    while len(pairs) < size:
        items = topics[rng.choices(names, weights)[0]]
        for item in rng.sample(items, min(_RUN, size - len(pairs), len(items))):
            query = item.context if rng.random() < 0.5 else item.message
            pairs[item.reply] = careless(query, rng) if rng.random() < 0.1 else query
    return [(query, reply) for reply, query in pairs.items()]


def _draw_texts(kind: Kind, labels: Mapping[str, list[str]], rng: random.Random, size: int) -> list[tuple[str, str]]:
    if kind == "wordings":  # each label once, else another wording of the same would count as wrong
        names = rng.sample(sorted(labels), min(size, len(labels)))
        pairs = [tuple(rng.sample(labels[name], 2)) if len(labels[name]) > 1 else None for name in names]
        return [(first, second) for first, second in filter(None, pairs)]
    names, sizes = list(labels), [len(items) for items in labels.values()]
    drawn = dict.fromkeys(rng.choice(labels[name]) for name in rng.choices(names, sizes, k=size))
    return [(text, text) if kind == "distil" else (careless(text, rng), text) for text in drawn]
