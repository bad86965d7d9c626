"""Which talk is for what, and the files that are built: the split follows from the id alone, so it never moves."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from brain.corpus.written import Talk, read_talks
from brain.errors import DataError
from brain.text.dialogues import Dialogue, parse_dialogue

SRC = Path(__file__).parent / "src"
"""The text as written, one file a topic and language."""
Split = Literal["train", "valid", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
_PARTS = 100
_KEPT_BACK, _TEST, _VALID = 4, 7, 10
"""Parts of a hundred: below the first is kept back and never built, then test, then valid; the rest is train."""


@dataclass(frozen=True, slots=True)
class Built:
    """How much one split holds."""

    split: Split
    talks: int
    turns: int


def split_of(talk_id: str) -> Split | None:
    """Return the split of a talk by its id ("familiar-topic.lang.number"), or None where it is kept back."""
    spot = int.from_bytes(hashlib.sha256(talk_id.encode()).digest()) % _PARTS
    if spot < _KEPT_BACK:
        return None
    return "test" if spot < _TEST else "valid" if spot < _VALID else "train"


def talks(split: Split, src: Path = SRC) -> Iterator[Talk]:
    """Yield the talks of a split in the order of files and lines. Raises DataError that names the first fault."""
    for path in source_files(src):
        for item in read_talks(path):
            if not isinstance(item, Talk):
                raise DataError(str(item))
            if split_of(item.id) == split:
                yield item


def dialogues(split: Split, src: Path = SRC) -> Iterator[Dialogue]:
    """Yield the dialogues of a split straight from the text, cleaned. Raises DataError that names the first fault."""
    for talk in talks(split, src):
        yield parse_dialogue(talk.row())


def source_files(src: Path = SRC) -> list[Path]:
    """Return the files of the corpus, sorted. Raises DataError where there is none."""
    if not (paths := sorted(src.glob("*.txt"))):
        raise DataError(f"{src} has no corpus files (*.txt); they come with the repository, not with the wheel")
    return paths


def build(out: Path, src: Path = SRC) -> list[Built]:
    """Write {train,valid,test}.jsonl.gz into a folder; the same text gives the same bytes.

    Raises DataError that names the first fault, before anything is written, or where the folder can't be written.
    """
    found: dict[Split, list[Talk]] = {split: list(talks(split, src)) for split in SPLITS}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for split, members in found.items():
            lines = "".join(f"{json.dumps(talk.row(), ensure_ascii=False)}\n" for talk in members)
            (out / f"{split}.jsonl.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
    except OSError as error:
        raise DataError(f"can't write to {out}: {error}") from None
    return [Built(split, len(members), sum(len(talk.turns) for talk in members)) for split, members in found.items()]
