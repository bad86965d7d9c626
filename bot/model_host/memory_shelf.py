"""MemoryShelf: the operator's own questions and answers, in the home folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import AnswersError
from bot.settings import Settings, make_home
from brain.errors import BrainError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.model_host.answer_file import AnswerFile
    from brain.ear.sentence_encoder import SentenceEncoder
    from brain.memory.operator import OperatorMemory
    from brain.memory.query import Match, Query
    from brain.memory.rows import MemoryRow

Batches = Iterable[Sequence[str]]
_BATCH = 128
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Lesson:
    """How many rows were new, how many of those replaced another answer, and how many were known already."""

    imported: int
    replaced: int
    known: int


@dataclass(frozen=True, slots=True)
class Search:
    """What lies nearest to a text: `own` rows and `shipped` ones, and the own one that would be said, if any."""

    said: Match | None
    own: Sequence[Match]
    shipped: Sequence[Match]


class MemoryShelf:
    """Keeps rows in a folder that is replaced whole. Every method raises AnswersError with one line.

    Processes may change it at once: each waits for the others' moment of writing.
    """

    def __init__(self, settings: Settings, ear: Path | None = None) -> None:
        """Keep rows in the home folder, and have texts read by the ear that ships or by another."""
        self.folder = settings.home / "memory"
        self._settings = settings
        self._reader = _Reader(ear)

    def read_file(self, path: Path) -> AnswerFile:
        """Read questions and answers from a file, and change nothing. Raises OSError too."""
        with _one_line(self.folder):
            from bot.model_host.answer_file import read_answers
        return read_answers(path)

    def row(self, question: str, answer: str) -> MemoryRow:
        """Make a row of one question and its answer."""
        with _one_line(self.folder):
            from bot.model_host.answer_rows import rows_of
        try:
            [row] = rows_of({"question": [question], "answer": answer})
        except ValueError as error:
            raise AnswersError(f"what is to be added {error}") from None
        return row

    def rows(self) -> list[MemoryRow]:
        """List all rows, those taught first at the top."""
        with _one_line(self.folder):
            return list(self._memory().current().rows())

    def listed(self) -> list[dict[str, object]]:
        """List all rows as `read_file` reads them, with their ids and sources."""
        rows = self.rows()
        with _one_line(self.folder):
            from bot.model_host.answer_rows import fields_of
        return [{"id": row.id, **fields_of(row), "source": row.source} for row in rows]

    def teach(self, rows: Sequence[MemoryRow], track: Callable[[Sequence[Sequence[str]]], Batches] = iter) -> Lesson:
        """Keep rows; one for a question that has another answer takes its place. `track` may watch the reading."""
        with _one_line(self.folder):
            self._reader.read_ahead(_texts_of(_fresh(rows, self.rows())), track)
            with self._writing():
                memory = self._memory().current()
                kept = list(memory.rows())
                fresh = _fresh(rows, kept)
                replaced = memory.remove(_answered_otherwise(kept, fresh))
                if fresh:
                    memory.add(fresh)
                    memory.save(self.folder)
        return Lesson(len(fresh), replaced, len(rows) - len(fresh))

    def remove(self, prefixes: Sequence[str]) -> list[MemoryRow]:
        """Forget the rows whose ids begin so, and return them: all, or none where one can't be told."""
        with _one_line(self.folder), self._writing():
            memory = self._memory().current()
            kept = {row.id: row for row in memory.rows()}
            ids = list(dict.fromkeys(_find_id(prefix, kept) for prefix in prefixes))
            memory.remove(ids)
            memory.save(self.folder)
        return [kept[row_id] for row_id in ids]

    def search(self, text: str) -> Search:
        """Find what would be answered to a text that somebody opens a talk with."""
        with _one_line(self.folder):
            query = self._query(text)
            own = self._memory()
            return Search(own.answer(query), own.search(query, _SHOWN), self._shipped(query))

    def _query(self, text: str) -> Query:
        from brain.memory.query import Query
        from brain.memory.rows import plain
        from brain.text.cleaning import clean
        from brain.text.language import language_of

        if not (message := clean(text)):
            raise AnswersError("there is nothing to search for: write what somebody might ask")
        persona = plain(tuple(map(clean, self._settings.bot.persona)))
        return Query((message,), persona=persona, lang=language_of((message,)))

    def _shipped(self, query: Query) -> list[Match]:
        from brain.memory.response_memory import ResponseMemory
        from brain.starter import MEMORY

        return ResponseMemory.load(MEMORY, self._reader).search(query, _SHOWN) if MEMORY.exists() else []

    def _memory(self) -> OperatorMemory:
        from brain.memory.operator import OperatorMemory

        return OperatorMemory(self.folder, self._reader)

    @contextmanager
    def _writing(self) -> Generator[None]:
        """Hold the folder; the system lets go of it when the process ends, however it ends."""
        lock = os.open(make_home(self._settings) / "memory.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


class _Reader:
    """Maps texts to vectors [N, DIM] with an ear that is loaded when it is first needed. Each text is read once."""

    def __init__(self, ear: Path | None) -> None:
        self._ear = ear
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        self.read_ahead(texts)
        return np.stack([self._known[text] for text in texts])

    def read_ahead(self, texts: Iterable[str], track: Callable[[Sequence[Sequence[str]]], Batches] = iter) -> None:
        """Read what was not read yet, in batches of like length, so that it need not be while others wait."""
        new = sorted({text for text in texts if text not in self._known}, key=len)
        for batch in track([new[first : first + _BATCH] for first in range(0, len(new), _BATCH)]):
            self._known.update(zip(batch, self._encoder.row_vectors(batch), strict=True))

    @cached_property
    def _encoder(self) -> SentenceEncoder:
        from brain import starter
        from brain.ear.sentence_encoder import SentenceEncoder

        return SentenceEncoder.load(self._ear or starter.EAR)


def _fresh(rows: Sequence[MemoryRow], kept: Iterable[MemoryRow]) -> list[MemoryRow]:
    """Return the rows that are not among those kept, each once."""
    known = {row.id for row in kept}
    return list({row.id: row for row in rows if row.id not in known}.values())


def _answered_otherwise(kept: Iterable[MemoryRow], fresh: Iterable[MemoryRow]) -> set[str]:
    from bot.model_host.answer_file import asked

    questions = set(map(asked, fresh))
    return {row.id for row in kept if asked(row) in questions}


def _texts_of(rows: Iterable[MemoryRow]) -> Iterable[str]:
    for row in rows:
        yield row.message
        yield row.reply
        if row.context:
            yield "\n".join((*row.context, row.message))


def _find_id(prefix: str, ids: Iterable[str]) -> str:
    found = [row_id for row_id in ids if prefix and row_id.startswith(prefix.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        raise AnswersError(f"{len(found)} answers have an id that begins with {prefix}: write more of it")
    raise AnswersError(f"there is no answer {prefix[:40]!r}: `familiar memory list` shows their ids")


@contextmanager
def _one_line(folder: Path) -> Generator[None]:
    try:
        yield
    except BrainError as error:
        advice = "; these are your own answers: put a copy back, or remove the folder and import them again"
        raise AnswersError(f"{error}{advice if str(folder) in str(error) else ''}") from error
    except ImportError as error:
        line = f"the network is not installed ({error}): pip install 'familiar-companion[brain]'"
        raise AnswersError(line) from error
    except OSError as error:
        raise AnswersError(f"{folder} can't be used: {error.strerror or error}") from error
