"""ResponseMemory: written exchanges, found by the words of a message and of what came before it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from brain.errors import DataError
from brain.memory.word_index import WordIndex
from brain.text.dialogues import Dialogue, read_rows

_CONTEXT_BONUS = 1.0


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """An exchange: the turn before it (empty at the start of a talk), what was said, and the reply."""

    context: str
    message: str
    reply: str


class ResponseMemory:
    """Rows and their index. Searching thousands of rows takes about a millisecond."""

    def __init__(self, rows: Sequence[MemoryRow]) -> None:
        self.rows = tuple(rows)
        self._messages = WordIndex([row.message for row in self.rows])
        self._contexts = WordIndex([row.context for row in self.rows])

    @classmethod
    def of_dialogues(cls, dialogues: Iterable[Dialogue]) -> ResponseMemory:
        """Take the exchanges in which a bot of no special persona answers somebody of whom nothing is known.

        Others may rest on who was speaking, and would be wrong elsewhere.
        """
        return cls([row for dialogue in dialogues if dialogue.is_plain for row in _exchanges(dialogue)])

    @classmethod
    def load(cls, path: Path) -> ResponseMemory:
        """Read what `save` wrote. Raises DataError that names file and row."""
        return cls([_parse(row, f"{path}, line {number}") for number, row in enumerate(read_rows(path), start=1)])

    def save(self, path: Path) -> None:
        """Write the rows as gzipped JSON lines; the same rows give the same bytes."""
        lines = (json.dumps(asdict(row), ensure_ascii=False) for row in self.rows)
        path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0))

    def search(
        self, message: str, context: str, count: int, leave_out: Collection[str] = (), nearness: float = 0.0
    ) -> list[str]:
        """Return up to `count` different replies whose messages are nearest, nearest first.

        One that is less than `nearness` times as near as the first is left out.
        """
        # The context tells like messages apart ("why?"); it never makes up for another message.
        scores = self._messages.scores(message) * (1 + _CONTEXT_BONUS * self._contexts.scores(context))
        near = np.flatnonzero(scores)
        replies: dict[str, float] = {}
        for place in near[np.argsort(-scores[near], kind="stable")]:
            if len(replies) == count or scores[place] < nearness * next(iter(replies.values()), 0.0):
                break
            if (reply := self.rows[place].reply) not in leave_out:
                replies.setdefault(reply, float(scores[place]))
        return list(replies)


def _parse(row: Mapping[str, Any], where: str) -> MemoryRow:
    values = [row.get(name) for name in ("context", "message", "reply")]
    if not all(isinstance(value, str) for value in values):
        raise DataError(f"{where}: not a context, a message and a reply")
    return MemoryRow(*values)  # pyright: ignore[reportArgumentType]


def _exchanges(dialogue: Dialogue) -> Iterator[MemoryRow]:
    turns = dialogue.turns
    for place in range(1, len(turns)):
        if turns[place].speaker == "b" and turns[place].text and turns[place - 1].text:
            context = turns[place - 2].text if place > 1 else ""
            yield MemoryRow(context, turns[place - 1].text, turns[place].text)
