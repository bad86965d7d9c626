"""Evidence: what speaks for and against a reply to a message, as numbers with names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brain.memory.ellipsis import is_elliptical
from brain.memory.words import is_chinese, pairs_of, stems_of

NAMES = (
    "closeness",
    "meaning",
    "context",
    "characters",
    "reply_to_message",
    "reply_to_context",
    "stands_alone",
    "covered",
    "foreign",
    "echoed",
    "history",
    "opener",
    "elliptical",
    "length",
    "reply_length",
    "question",
    "like_question",
    "chinese",
)
"""What each number of an evidence is, in order: see `evidence`."""

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Said:
    """What a reply is wanted to: the turns (oldest first, the message last) and their vectors."""

    turns: tuple[str, ...]
    message: Vector
    context: Vector


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reply that was written to `answered` after `context`, and what the ear made of it.

    What it answered is like what was said now by `meaning`, `context_likeness` and `characters`, which the search joins
    to `closeness`. `reply` is its own vector.
    """

    text: str
    answered: str
    opener: bool
    stands_alone: float
    closeness: float
    meaning: float
    context_likeness: float
    characters: float
    reply: Vector


class Rarity:
    """How much a word tells: log(N / texts that have it). One never met tells most."""

    def __init__(self, rarities: Mapping[str, float], highest: float) -> None:
        self.rarities = dict(rarities)
        self.highest = highest

    @classmethod
    def of(cls, texts: Sequence[str], least: int = 3) -> Rarity:
        """Count words in texts; those of fewer than `least` are as rare as unknown ones."""
        counts: dict[str, int] = {}
        for text in texts:
            for term in terms_of(text):
                counts[term] = counts.get(term, 0) + 1
        size = max(2, len(texts))
        kept = {term: round(math.log(size / count), 2) for term, count in counts.items() if count >= least}
        return cls(kept, round(math.log(size / least), 2))

    def share(self, wanted: set[str], given: set[str]) -> float:
        """Return how much of what `wanted` tells is in `given` too: 0 to 1; 1 where nothing is wanted."""
        total = sum(map(self._of, wanted))
        return sum(map(self._of, wanted & given)) / total if total else 1.0

    def _of(self, term: str) -> float:
        return self.rarities.get(term, self.highest)


def terms_of(text: str) -> set[str]:
    """Return the stems of the words and the pairs of Chinese characters of a text."""
    return stems_of([text]) | pairs_of([text])


def evidence(said: Said, candidate: Candidate, rarity: Rarity) -> NDArray[np.float32]:
    """Return the numbers that NAMES names, float32 [len(NAMES)]."""
    message = said.turns[-1]
    here, there, reply = terms_of(message), terms_of(candidate.answered), terms_of(candidate.text)
    values = (
        candidate.closeness,
        candidate.meaning,
        candidate.context_likeness,
        candidate.characters,
        float(said.message @ candidate.reply),
        float(said.context @ candidate.reply),
        candidate.stands_alone,
        rarity.share(here, there | reply),  # how much of the message was in what it answered
        1 - rarity.share(there, here),  # how much of what it answered was not in the message
        rarity.share(reply, here),
        float(len(said.turns) > 1),
        float(candidate.opener),
        float(is_elliptical(message)),
        math.log1p(len(message)),
        math.log1p(len(candidate.text)),
        float(_asks(message)),
        float(_asks(message) == _asks(candidate.answered)),
        float(is_chinese(message)),
    )
    return np.array(values, dtype=np.float32)


def _asks(text: str) -> bool:
    return "?" in text or "？" in text or text.lower().startswith(_ASKING) or text.endswith(_ASKING_CHINESE)


_ASKING = (
    "what", "why", "how", "who", "where", "when", "which", "is ", "are ", "do ", "does ", "can ", "should ", "wat ",
    "could ", "would ", "will ", "did ", "whats", "any ",
)  # fmt: skip
_ASKING_CHINESE = ("吗", "呢", "么", "啥", "怎么办", "多少", "哪个", "怎么样")
