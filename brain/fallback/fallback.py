"""Fallback: the reply when no written exchange is likely right."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from brain.fallback.frames import FrameChoice
from brain.fallback.kind_head import KindHead, Read, load_head
from brain.fallback.sorting import certain_kind, sorted_kinds
from brain.fallback.topic import topic_of
from brain.text.cleaning import clean
from brain.text.language import language_of

_LEANING = frozenset({"answer", "remark"})
"""What leans on the turn before is about that turn's matter: a noun in passing is no topic."""
_LONGEST = 400
"""Characters of a message that are looked at."""


@dataclass(frozen=True, slots=True)
class FallbackReply:
    """What is said, the kind of message it was taken for, and the topic that was found, if any."""

    text: str
    kind: str
    topic: str | None


class Fallback:
    """Takes up what a message is about and asks one fitting thing; never what was said in this talk."""

    def __init__(self, head: KindHead) -> None:
        self._head = head

    @classmethod
    def load(cls, folder: Path, read: Read) -> Self:
        """Load what `fit` wrote. `read` returns unit vectors float32 [N, 192]. Raises CheckpointError."""
        return cls(load_head(folder, read))

    def reply(self, turns: Sequence[str], said: Collection[str], seed: int) -> FallbackReply:
        """Answer the last of `turns` (oldest first, alternating), the same way for the same arguments.

        Raises ValueError if there are no turns.
        """
        if not turns:
            raise ValueError("there is no message to answer")
        cleaned = [clean(turn[-_LONGEST:]) for turn in turns]
        language = language_of(cleaned)
        certain = certain_kind(cleaned[-1])
        kinds = [certain] if certain else sorted_kinds(self._head.scores(cleaned[-1], language), cleaned, language)
        topic = topic_of(cleaned[-1], language)
        if topic and kinds[0] in _LEANING and 2 * len(topic) < len(cleaned[-1]):
            topic = None
        choice = FrameChoice(language, {*said, *turns[-2::-2]}, f"{seed} {cleaned[-1]}")
        text, kind = choice.choose(kinds, topic)
        return FallbackReply(text, kind, topic)
