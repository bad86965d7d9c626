"""Frames: the hand-written halves of replies, and the choice of two that were not said yet."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

from brain.fallback.sections import sections_of
from brain.fallback.topic import is_own, is_person
from brain.text.language import Language

_SLOT = re.compile(r"\{(?:topic|own|person|thing)\}")
"""`{topic}` takes any topic, `{own}` the listener's ("your cat"), `{person}` somebody, `{thing}` all but people."""
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Frames:
    """What may be said to one kind of message: an opener and an ask, or a whole line that does both."""

    openers: tuple[str, ...]
    asks: tuple[str, ...]
    wholes: tuple[str, ...]

    @classmethod
    def of(cls, lines: Sequence[str]) -> Self:
        """Sort lines by their mark: `-` opener, `?` ask, `*` whole."""
        marked = {mark: tuple(line[2:] for line in lines if line[0] == mark) for mark in "-?*"}
        return cls(marked["-"], marked["?"], marked["*"])

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield what can be said: whole lines with nothing after them, openers with each ask; one slot at most."""
        for whole in self.wholes:
            yield whole, ""
        for opener in self.openers:
            yield from ((opener, ask) for ask in self.asks if not (_SLOT.search(opener) and _SLOT.search(ask)))


@cache
def frames_of(language: Language) -> dict[str, Frames]:
    """Return the frames of every kind of message in one language."""
    return {kind: Frames.of(lines) for kind, lines in sections_of(f"frames.{language}.txt").items()}


class FrameChoice:
    """Chooses among frames for one message, so that nothing that was said is said again."""

    def __init__(self, language: Language, said: Collection[str], seed: str) -> None:
        self._frames = frames_of(language)
        self._space = " " if language == "en" else ""
        self._said = {_bare(line) for line in said}
        self._all_said = "\n".join(self._said)
        self._random = random.Random(seed)
        self._known: dict[str, bool] = {}

    def choose(self, kinds: Sequence[str], topic: str | None) -> tuple[str, str]:
        """Return what to say and its kind; the first kind with something new to say has it.

        A half is not used twice while there are others; when every half was heard, new pairs of them are made.
        """
        for strictly in (True, False):
            for kind in kinds:
                for opener, ask in self._ordered(kind, topic):
                    text = self._text(opener, ask, topic or "")
                    heard = strictly and (self._heard(opener) or self._heard(ask))
                    if not heard and _bare(text) not in self._said:
                        return text, kind
        return self._last_resort(), kinds[0]

    def _ordered(self, kind: str, topic: str | None) -> list[tuple[str, str]]:
        """Shuffle the pairs whose slot the topic fits; those that name it come first."""
        pairs = [pair for pair in self._frames[kind].pairs() if all(_fits(half, topic) for half in pair)]
        self._random.shuffle(pairs)
        return sorted(pairs, key=lambda pair: not any(map(_SLOT.search, pair)))

    def _text(self, opener: str, ask: str, topic: str) -> str:
        text = topic.join(_SLOT.split(f"{opener}{self._space}{ask}".strip()))
        return text[0].upper() + text[1:]

    def _heard(self, half: str) -> bool:
        """Whether something said began or ended with a half, whatever stood in its slot."""
        if half not in self._known:
            self._known[half] = bool(half) and self._is_heard(half)
        return self._known[half]

    def _is_heard(self, half: str) -> bool:
        form = ".*".join(re.escape(_bare(part)) for part in _SLOT.split(half))
        return bool(re.search(f"^{form}|{form}$", self._all_said, re.MULTILINE))

    def _last_resort(self) -> str:
        """Put together three halves where every pair was said: there is always one more combination."""
        frames = self._frames["unclear"]
        text = self._random.choice(frames.asks)
        while _bare(text) in self._said:
            text = f"{self._random.choice(frames.openers)}{self._space}{text}"
        return text


def _fits(half: str, topic: str | None) -> bool:
    slot = _SLOT.search(half)
    if not slot or topic is None:
        return not slot
    wanted = {"topic": True, "own": is_own(topic), "person": is_person(topic), "thing": not is_person(topic)}
    return wanted[slot[0].strip("{}")]


def _bare(text: str) -> str:
    return _SIGNS.sub("", text).lower()
