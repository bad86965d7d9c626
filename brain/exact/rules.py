"""Tables of what a whole message may be, and which function answers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Generic, TypeVar

from brain.exact.question import Question

At = TypeVar("At")
Answer = Callable[[re.Match[str], Question, At], str | None]
"""Takes what matched, the question, and when it is asked; None lets the next row try."""
Rows = list[tuple[str, Answer[At]]]


class Rules(Generic[At]):
    """Patterns for whole messages, a table a language; compiled when the first question comes."""

    def __init__(self, english: Rows[At], chinese: Rows[At]) -> None:
        self._rows = {False: english, True: chinese}

    def answer(self, question: Question, at: At) -> str | None:
        """Return what the first row says that matches and has an answer."""
        for pattern, answer in self._compiled[question.chinese]:
            match = pattern.fullmatch(question.text)
            if match and (said := answer(match, question, at)):
                return said
        return None

    @cached_property
    def _compiled(self) -> dict[bool, list[tuple[re.Pattern[str], Answer[At]]]]:
        return {
            chinese: [(re.compile(pattern), answer) for pattern, answer in rows] for chinese, rows in self._rows.items()
        }
