"""Files of questions and answers, CSV or JSON lines, as rows of the memory. What is wrong is named by its line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.errors import AnswersError
from bot.model_host.answer_rows import FIELDS, LONGEST, rows_of
from brain.memory.rows import MemoryRow

_LARGEST = 64 << 20
_SEPARATORS = ",;\t"
_LISTED = ("id", "source")
"""Fields that `familiar memory list --json` adds, which say nothing new."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """All that a file says: rows in its order, and faults."""

    rows: tuple[MemoryRow, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Record:
    line: int
    fields: Mapping[str, object]


def read_answers(path: Path) -> AnswerFile:
    """Read a file. Raises AnswersError where it is of another kind as a whole, and OSError."""
    text = _text_of(path)
    records = _json_records(text) if text.lstrip().startswith("{") else _csv_records(text, path)
    book = _Book()
    for record in records:
        book.enter(record)
    if not book.rows and not book.faults:
        raise AnswersError(f"{path} has no questions and answers in it")
    return AnswerFile(tuple(book.rows), tuple(book.faults))


class _Book:
    """Gathers rows and faults; a question that was answered in another way before is a fault."""

    def __init__(self) -> None:
        self.rows: list[MemoryRow] = []
        self.faults: list[Fault] = []
        self._first: dict[object, tuple[int, MemoryRow]] = {}

    def enter(self, record: _Record | Fault) -> None:
        if isinstance(record, Fault):
            self.faults.append(record)
            return
        try:
            rows = rows_of(record.fields)
            for row in rows:
                self._refuse_contradiction(record.line, row)
        except ValueError as error:
            self.faults.append(Fault(record.line, str(error)))
        else:
            self.rows += rows

    def _refuse_contradiction(self, number: int, row: MemoryRow) -> None:
        line, first = self._first.setdefault(asked(row), (number, row))
        if first.reply != row.reply:
            raise ValueError(f"asks what line {line} asks, with another answer: keep one of them")


def asked(row: MemoryRow) -> tuple[object, ...]:
    """Return what two rows have in common that answer the same question of the same talk."""
    return row.message, row.context, row.persona, row.lang


def _text_of(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise AnswersError(f"{path} is larger than {_LARGEST >> 20} MiB: split it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise AnswersError(f"{path} is not UTF-8 (line {line}): save it as UTF-8, in Excel as 'CSV UTF-8'") from None
    if "\0" in text:
        raise AnswersError(f"{path} is not a text file: save it as CSV in UTF-8")
    return text


def _json_records(text: str) -> Iterator[_Record | Fault]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _json_record(number, line)


def _json_record(number: int, line: str) -> _Record | Fault:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return Fault(number, "is not JSON: write one object a line")
    if not isinstance(content, dict):
        return Fault(number, "is not a JSON object")
    fields = cast(dict[str, object], content)
    if unknown := [name for name in fields if name not in (*FIELDS, *_LISTED)]:
        return Fault(number, f"has {unknown[0][:20]!r}, which is none of {', '.join(FIELDS)}")
    return _Record(number, {name: value for name, value in fields.items() if value is not None})


def _csv_records(text: str, path: Path) -> Iterator[_Record | Fault]:
    separator, columns = _header(text, path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    next(reader)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Fault(line, _csv_fault(error))
            continue
        if any(map(str.strip, cells)):
            yield _csv_record(line, columns, cells)


def _header(text: str, path: Path) -> tuple[str, Sequence[str]]:
    """Return the separator and the columns' names."""
    for separator in _SEPARATORS:
        columns = _names(text, separator)
        if not {"question", "answer"}.issubset(columns):
            continue
        unknown = [name or "a column without a name" for name in columns if name not in FIELDS]
        repeated = [name for name in columns if columns.count(name) > 1]
        if wrong := [*unknown, *repeated]:
            raise AnswersError(f"{path} has {wrong[0][:40]!r} in its first line: name each of {', '.join(FIELDS)} once")
        return separator, columns
    raise AnswersError(
        f"{path} is neither CSV with a first line that names question and answer, nor JSON lines such as "
        '{"question": "...", "answer": "..."}'
    )


def _names(text: str, separator: str) -> list[str]:
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except (csv.Error, StopIteration):
        return []
    names = [name.strip().lower() for name in first]
    while names and not names[-1]:  # spreadsheets leave empty columns at the end
        names.pop()
    return names


def _csv_record(line: int, columns: Sequence[str], cells: Sequence[str]) -> _Record | Fault:
    if any(map(str.strip, cells[len(columns) :])):
        return Fault(
            line, f"has {len(cells)} cells for {len(columns)} columns: put texts with separators in them into quotes"
        )
    return _Record(line, dict(zip(columns, cells, strict=False)))


def _csv_fault(error: csv.Error) -> str:
    if "limit" in str(error):
        return f"has a text of far more than {LONGEST:,} characters, or a quotation mark that is never closed"
    return "has a quotation mark that is not closed, or one inside a text that is not doubled"
