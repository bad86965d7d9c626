"""Dialogue rows as they lie on disk (JSON lines, gzipped or not) and what is trained on of them.

A row: `{"turns": [{"speaker": "a"|"b", "text": ...}], "persona"?: {"a": [...], "b": [...]}, "style"?: {...},
"source"?: ..., "scored"?: "a"|"b"}`. Speaker a speaks first.
"""

from __future__ import annotations

import gzip
import json
import reprlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from brain.errors import DataError
from brain.text.cleaning import clean

_T = TypeVar("_T")
_SPEAKERS = ("a", "b")
PLAIN_PERSONAS = (
    ("I am Familiar, a friendly companion.",),
    ("I am Familiar.",),
    ("我是 Familiar，一个友好的聊天伙伴。",),
)
"""Lines of a bot that is nobody special."""


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of a dialogue: who ("a" or "b") and what, cleaned."""

    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A whole conversation. `persona[s]` are lines true of speaker s; `style` says how its replies are worded.

    In a talk with a bot (`with_bot`) speaker b is the bot and knows the lines about a; between people nobody does.
    """

    turns: tuple[Line, ...]
    persona: Mapping[str, tuple[str, ...]]
    style: str
    with_bot: bool
    scored: str


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a .jsonl or .jsonl.gz file. Raises DataError that names file and line."""
    number = 0
    try:
        with _open(path) as lines:
            for number, line in enumerate(lines, start=1):
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise DataError(f"{path}, line {number}: not a JSON object")
                yield cast(dict[str, Any], row)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}, line {max(number, 1)}: not JSON in UTF-8 ({error})") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"can't read {path} (after line {number}): {error}") from None


def read_dialogues(path: Path) -> Iterator[Dialogue]:
    """Yield the dialogues of a file. Raises DataError that names file and row."""
    for number, row in enumerate(read_rows(path), start=1):
        try:
            yield parse_dialogue(row)
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path}, line {number}: not a dialogue row ({error!r})") from None


def parse_dialogue(row: Mapping[str, Any]) -> Dialogue:
    """Build a Dialogue from a row. Raises KeyError, TypeError or ValueError where the row has another shape."""
    persona: Mapping[str, Any] = _of_type(row.get("persona") or {}, dict)
    return Dialogue(
        turns=tuple(Line(_speaker(turn["speaker"]), _text(turn["text"])) for turn in _of_type(row["turns"], list)),
        persona={
            speaker: tuple(_text(line) for line in _of_type(persona.get(speaker) or [], list)) for speaker in _SPEAKERS
        },
        style=_style(row),
        with_bot="style" in row,
        scored=_speaker(row.get("scored", "b")),
    )


def _speaker(value: object) -> str:
    if value not in _SPEAKERS:
        raise ValueError(f"speaker is {reprlib.repr(value)}, not a or b")
    return str(value)


def _text(value: object) -> str:
    return clean(_of_type(value, str))


def _of_type(value: object, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"{reprlib.repr(value)} is not a {kind.__name__}")
    return value


def _style(row: Mapping[str, Any]) -> str:
    """How the bot talks there: the row's style words, or the name of the set, so that voices are not blended."""
    if "style" in row:
        style: Mapping[str, Any] = _of_type(row["style"], dict)
        words = [_of_type(style[name], str) for name in ("length", "tone")]
        return " ".join([*words, "emoji" if _of_type(style["emoji"], bool) else "plain"])
    return str(row.get("source", ""))


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")
