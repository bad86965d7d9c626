"""CrisisDetector: whether a talk is in a crisis. Patterns and a head over sentence vectors; either is enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brain.crisis.head import CrisisHead
from brain.crisis.kinds import KINDS, Crisis, CrisisSign
from brain.crisis.patterns import Patterns, normal
from brain.crisis.staying import carried, confirmed
from brain.errors import CheckpointError
from brain.text.language import LANGUAGES, language_of

Read = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors float32 [N, D]: `SentenceEncoder.row_vectors`."""
_REACH = 8
"""How many of the person's messages are looked at."""


class CrisisDetector:
    """Recall first: what either reader takes for a crisis is one. Safe to call from several threads."""

    def __init__(self, head: CrisisHead | None = None, read: Read | None = None) -> None:
        self._head, self._read = (head, read) if head and read else (None, None)
        for language in LANGUAGES:
            Patterns.shipped(language)  # Compiling takes a second, which nobody in a crisis should wait.

    @classmethod
    def load(cls, folder: Path | None = None, read: Read | None = None) -> CrisisDetector:
        """Load the head of a folder; with no folder there, or nothing to read with, patterns work alone.

        Raises CheckpointError where the folder is damaged or the head is for vectors of another size.
        """
        if folder is None or read is None or not folder.exists():
            return cls()
        head = CrisisHead.load(folder)
        if (size := read(["hello"]).shape[1]) != head.weights.shape[1]:
            raise CheckpointError(f"the head in {folder} reads {head.weights.shape[1]} numbers, the ear gives {size}")
        return cls(head, read)

    def detect(self, turns: Sequence[str]) -> CrisisSign | None:
        """Return the crisis a talk is in, or None.

        `turns` are oldest first and take turns: the last is the person's, the one before it the bot's, and so on.
        """
        if not turns:
            return None
        messages = [*turns[::-2][:_REACH]][::-1]
        asked = ["", *turns[-2::-2][: len(messages)][::-1]][-len(messages) :]
        signs = [
            sign or confirmed(question, message)
            for sign, question, message in zip(self.signs(messages), asked, messages, strict=True)
        ]
        return carried(signs, messages)

    def signs(self, messages: Sequence[str]) -> list[CrisisSign | None]:
        """Return what each message shows by itself."""
        signs = [by_patterns(message) for message in messages]
        for place, sign in zip(range(len(signs)), self.by_head(messages), strict=True):
            signs[place] = signs[place] or sign
        return signs

    def by_head(self, messages: Sequence[str]) -> list[CrisisSign | None]:
        """Return what the head alone finds in each message; nothing where there is no head."""
        if self._head is None or self._read is None or not messages:
            return [None] * len(messages)
        found: list[CrisisSign | None] = []
        for message, row in zip(messages, self._head.probabilities(self._read(messages)), strict=True):
            sure = 1 - float(row[0])
            kind = KINDS[int(row[1:].argmax())]
            sign = CrisisSign(kind, sure, "its meaning as a whole", is_about_another(message, kind))
            found.append(sign if sure >= self._head.threshold else None)
        return found


def by_patterns(message: str) -> CrisisSign | None:
    """Return what the patterns find in a message, in the language it is in and, where that finds none, in the other."""
    text = normal(message)
    first = language_of([message])
    for language in sorted(LANGUAGES, key=lambda name: name != first):
        if found := Patterns.shipped(language).find(text):
            return CrisisSign(found.kind, found.confidence, found.words, is_about_another(message, found.kind))
    return None


def is_about_another(message: str, kind: Crisis | None = None) -> bool:
    """Whether it is somebody else who is in danger, as far as the words tell.

    Who is in danger from others and speaks of themselves is the victim, whoever else is named.
    """
    about = Patterns.shipped(language_of([message])).about
    text = normal(message)
    if kind == "danger_from_others" and about["victim"].search(text):
        return False
    return bool(about["another"].search(text)) and not about["self"].search(text)
