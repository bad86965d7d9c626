"""OperatorMemory: an operator's own questions and answers, in a folder that may change while Familiar serves."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

from brain.errors import CheckpointError
from brain.memory.query import Match, Query
from brain.memory.response_memory import ResponseMemory
from brain.memory.vectors import Read
from brain.training.folders import present
from brain.training.manifest import NAME

NEAR = 0.7
"""Messages nearer than this ask the same thing: an operator's answer then comes before all others."""
_LOOKED_AT = 3
_LOOKS = 10
_Stamp = tuple[Path, int, int]
_UNSIGNED: _Stamp = (Path(), 0, 0)
"""The stamp of what has no manifest: loading will say so."""


class OperatorMemory:
    """Reads the folder anew once its manifest has changed. A folder that isn't there has no answers."""

    def __init__(self, folder: Path, read: Read) -> None:
        self.folder = folder
        self._read = read
        self._lock = threading.Lock()
        self._stamp: _Stamp | None = None
        self._memory = ResponseMemory(read)
        self.current()

    def current(self) -> ResponseMemory:
        """Return the memory as the folder has it now. Raises CheckpointError where a file is damaged."""
        with self._lock:
            while (stamp := self._stamp_now()) != self._stamp:
                try:
                    self._memory = self._load() if stamp else ResponseMemory(self._read)
                except CheckpointError:
                    if self._stamp_now() == stamp:  # else it was replaced while it was read
                        raise
                else:
                    self._stamp = stamp
            return self._memory

    def search(self, query: Query, count: int) -> list[Match]:
        """Return the nearest in meaning of up to `count` rows for this persona, and as many for any.

        Unlike others these replies may be said again, and rows without a persona may say "I" under each.
        """
        memory = self.current()
        queries = (replace(query, said=()), replace(query, said=(), persona=()))
        found = {match.place: match for asked in queries for match in memory.search(asked, count)}
        return sorted(found.values(), key=lambda match: -match.meaning)

    def answer(self, query: Query) -> Match | None:
        """Return the answer to a message that asks what the operator has an answer to."""
        best = next(iter(self.search(query, _LOOKED_AT)), None)
        return best if best and best.meaning >= NEAR else None

    def _load(self) -> ResponseMemory:
        return ResponseMemory.load(present(self.folder), self._read)

    def _stamp_now(self) -> _Stamp | None:
        """Return what tells this content, and where it lies, from another; None where there is none."""
        for _ in range(_LOOKS):
            folder = present(self.folder)
            try:
                facts = (folder / NAME).stat()
            except (FileNotFoundError, NotADirectoryError):
                continue  # it may just have been moved aside, or taken away, while it is replaced
            return folder, facts.st_mtime_ns, facts.st_ino
        return _UNSIGNED if present(self.folder).exists() else None
