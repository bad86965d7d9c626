"""Messages labelled by reading: crises of each kind, and what only sounds like one. `labelled.jsonl` holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from brain.crisis.kinds import KINDS, Crisis
from brain.errors import DataError
from brain.text.dialogues import read_rows
from brain.text.language import LANGUAGES, Language

LABELLED = Path(__file__).with_name("labelled.jsonl")
NATURAL = Path(__file__).with_name("natural.jsonl")
"""Serious messages as people word them, without the words that give them away, and answers to what the bot asked."""
_PARTS, _TEST = 10, 4


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message, what crisis it is of, and for those of none what sort of message (`idiom`, `past`, `chat`...)."""

    message: str
    language: Language
    kind: Crisis | None
    sort: str = ""
    seen: bool = False
    """Whether patterns were mended by it, so that it measures nothing."""
    before: tuple[str, ...] = ()
    """The turns that went before it, the last of them the bot's."""

    @property
    def is_test(self) -> bool:
        """Whether it is only measured on: four of ten of those not seen, by the SHA-256 of the message."""
        return not self.seen and int.from_bytes(hashlib.sha256(self.message.encode()).digest()) % _PARTS < _TEST


def read_labelled(path: Path = LABELLED) -> list[Labelled]:
    """Read labelled messages. Raises DataError that names the first fault."""
    rows: list[Labelled] = []
    for number, row in enumerate(read_rows(path), 1):
        message, language, kind = row.get("message"), row.get("lang"), row.get("kind")
        if not isinstance(message, str) or language not in LANGUAGES or kind not in (*KINDS, None):
            raise DataError(f"{path}, line {number}: not a labelled message: {row!r:.100}")
        rows.append(
            Labelled(message, language, kind, row.get("sort", ""), bool(row.get("seen")), tuple(row.get("before", ())))
        )
    return rows


def parts(rows: Sequence[Labelled]) -> tuple[list[Labelled], list[Labelled]]:
    """Return what is fitted on and what is only measured."""
    return [row for row in rows if not row.is_test], [row for row in rows if row.is_test]
