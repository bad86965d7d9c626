"""OperatorMemory: an operator's own questions and answers, in a folder that may change while Familiar serves."""

from __future__ import annotations

import threading
from pathlib import Path

from brain.memory.query import Match, Query
from brain.memory.response_memory import ResponseMemory
from brain.memory.vectors import Read
from brain.training.manifest import NAME

_NEAR = 0.7
"""Messages nearer than this ask the same thing: an operator's answer then comes before all others."""


class OperatorMemory:
    """Reads the folder anew once its manifest has changed. A folder that isn't there has no answers."""

    def __init__(self, folder: Path, read: Read) -> None:
        self.folder = folder
        self._read = read
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._memory = ResponseMemory(read)
        self.current()

    def current(self) -> ResponseMemory:
        """Return the memory as the folder has it now. Raises CheckpointError where a file is damaged."""
        with self._lock:
            if (stamp := self._stamp_now()) != self._stamp:
                self._memory = ResponseMemory.load(self.folder, self._read) if stamp else ResponseMemory(self._read)
                self._stamp = stamp
            return self._memory

    def answer(self, query: Query) -> Match | None:
        """Return the answer to a message that asks what the operator has an answer to."""
        best = max(self.current().search(query, 3), key=lambda match: match.meaning, default=None)
        return best if best and best.meaning >= _NEAR else None

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            facts = (self.folder / NAME).stat()
        except FileNotFoundError:
            return None
        return facts.st_mtime_ns, facts.st_ino
