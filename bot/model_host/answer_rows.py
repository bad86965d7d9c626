"""What an operator wrote as rows of the memory: cleaned, or refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from brain.memory.rows import MemoryRow, plain
from brain.text.cleaning import clean
from brain.text.language import LANGUAGES, language_of

FIELDS = ("question", "answer", "language", "persona", "context")
LONGEST = 4000
"""Characters of one text."""
SEPARATOR = "|"
"""Between several questions for one answer, lines of a persona and turns of a context."""


def rows_of(fields: Mapping[str, object]) -> list[MemoryRow]:
    """Return one row for each question. Raises ValueError that says in a few words what is wrong."""
    questions, context = _texts(fields, "question"), _texts(fields, "context")
    answer, persona = _text(fields, "answer"), plain(_texts(fields, "persona"))
    language = _text(fields, "language").lower()
    if not questions:
        raise ValueError("has no question")
    if not answer:
        raise ValueError("has no answer")
    if language and language not in LANGUAGES:
        raise ValueError(f"has language {language[:20]!r}: use {' or '.join(LANGUAGES)}, or leave it out")
    return [
        MemoryRow(
            message=question,
            context=context,
            reply=answer,
            persona=persona,
            lang=language or language_of((question,)),
            source="operator",
        )
        for question in questions
    ]


def fields_of(row: MemoryRow) -> dict[str, object]:
    """Return what `rows_of` makes this row from."""
    return {
        "question": [row.message],
        "answer": row.reply,
        "language": row.lang,
        "persona": list(row.persona),
        "context": list(row.context),
    }


def _texts(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = fields.get(name, "")
    parts = cast(list[object], value) if isinstance(value, list) else [value]
    if isinstance(value, str):
        parts = value.split(SEPARATOR)
    return tuple(filter(None, (_cleaned(name, part) for part in parts)))


def _text(fields: Mapping[str, object], name: str) -> str:
    return _cleaned(name, fields.get(name, ""))


def _cleaned(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"has a {name} that is not text")
    if len(value) > LONGEST:
        raise ValueError(f"has a {name} of {len(value):,} characters: use at most {LONGEST:,}")
    text = clean(value)
    if "\ufffd" in text:
        raise ValueError(f"has a {name} with a character that was lost (\ufffd): write it again")
    return text
