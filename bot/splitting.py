"""Cuts long text into messages that a platform takes, where it hurts least.

    for part in split_text(text, 4096, utf16_length):  # Telegram counts UTF-16 units
    for part in split_text(text, 2000):  # Discord counts characters

Escape first, then split: what is cut here is sent as it is. A cut falls between paragraphs where that is possible, else
between lines, else between words. It never falls inside a link, an escape (`\\*`) or what is seen as one character (an
emoji joined from several, a letter with its accents), unless that alone is longer than a message. A block of code that
must be cut is closed at the end of one part and opened again, in its language, at the start of the next. No part is
blank: a text without anything to see has no parts at all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import regex

Length = Callable[[str], int]
"""How a platform counts: the sum over a text's characters, of which each counts one or two."""

SHORTEST_LIMIT = 16
"""A message must hold at least this much, or there would be no room beside the fences of a block of code."""

_WHOLE = regex.compile(r"\[[^\[\]\n]*\]\([^()\s]*\)|https?://[^\s<>`]+|\\.")
_CODE = regex.compile(r"(?P<mark>`{3,})(?P<language>[\w+#.-]*\n)?(?P<code>.*?)(?:(?P=mark)|\Z)", regex.DOTALL)
_SEEN_AS_ONE = regex.compile(r"\X")
_BREAKS = (regex.compile(r"\n{2,}"), regex.compile(r"\n"), regex.compile(r"\s"))
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})

_FREE, _TIED, _JOINED = 0, 1, 2  # what a cut would tear: nothing, a link or the like, a character


@dataclass(frozen=True, slots=True)
class _Code:
    """A block of code: its text from `start` to `end`, what opens it and what closes it."""

    start: int
    end: int
    opening: str
    closing: str


def utf16_length(text: str) -> int:
    """Length in UTF-16 units: two for each character beyond the basic plane."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: platforms refuse such messages."""
    return all(character.isspace() or unicodedata.category(character) in _UNSEEN for character in text)


def split_text(text: str, limit: int, length: Length = len) -> list[str]:
    """Return the parts of `text`, none blank and none longer than `limit` as `length` counts.

    Raises ValueError for a limit below SHORTEST_LIMIT.
    """
    if limit < SHORTEST_LIMIT:
        raise ValueError(f"a message must hold at least {SHORTEST_LIMIT} characters, not {limit}")
    if length(text) <= limit:
        return [] if is_blank(text) else [text]
    return list(_Splitter(text, limit, length).parts())


class _Splitter:
    """One text on its way into parts."""

    def __init__(self, text: str, limit: int, length: Length) -> None:
        self._text = text
        self._limit = limit
        self._length = length
        self._codes: list[_Code] = []
        self._ties = bytearray(len(text) + 1)  # what a cut before each character would tear
        for whole in _WHOLE.finditer(text):
            self._tie(whole.start() + 1, whole.end(), _TIED)
        self._find_codes()
        if not text.isascii():
            for seen in _SEEN_AS_ONE.finditer(text):
                self._tie(seen.start() + 1, seen.end(), _JOINED)

    def parts(self) -> Iterator[str]:
        start = 0
        while start < len(self._text):
            before = self._code_at(start)
            opening = before.opening if before else ""
            end = self._find_end(start, self._limit - self._length(opening))
            after = self._code_at(end)
            piece = self._text[start:end]
            if not is_blank(piece):
                yield opening + piece.rstrip() + (after.closing if after else "")
            start = end

    def _tie(self, first: int, end: int, kind: int) -> None:
        if end > first:
            self._ties[first:end] = bytes([kind]) * (end - first)

    def _find_codes(self) -> None:
        """Note the blocks of code, and tie their fences to the first and the last that is seen inside."""
        for found in _CODE.finditer(self._text):
            mark, inside = found["mark"], found["code"]
            code = _Code(found.start("code"), found.end("code"), mark + (found["language"] or "\n"), "\n" + mark)
            if max(self._length(code.opening), self._length(code.closing)) <= self._limit // 4:
                self._codes.append(code)
                self._tie(code.start, code.end - len(inside.lstrip()) + 1, _TIED)
                self._tie(code.start + len(inside.rstrip()), code.end + 1, _TIED)
                self._tie(found.start() + 1, code.start, _JOINED)
                self._tie(code.end + 1, found.end(), _JOINED)

    def _code_at(self, place: int) -> _Code | None:
        return next((code for code in self._codes if code.start <= place <= code.end), None)

    def _find_end(self, start: int, room: int) -> int:
        """Where the part that begins at `start` ends: leave room to close a block of code that may be cut."""
        furthest = self._reach(start, room)
        if furthest == len(self._text) and self._code_at(furthest) is None:
            return furthest
        closings = [code.closing for code in self._codes if code.start <= furthest and code.end >= start]
        if closings:
            furthest = self._reach(start, room - max(map(self._length, closings)))
        return furthest if furthest == len(self._text) else self._cut(start, furthest)

    def _reach(self, start: int, room: int) -> int:
        """The end of the longest stretch of text that fits into `room`."""
        end = min(len(self._text), start + room)
        while (excess := self._length(self._text[start:end]) - room) > 0:
            end -= max(1, excess // 2)
        return end

    def _cut(self, start: int, furthest: int) -> int:
        """The best place to cut behind `start` and not behind `furthest`."""
        middle = (start + furthest) // 2  # a part should not be short for the sake of a neat end
        for pattern in _BREAKS:
            ends = [found.end() for found in pattern.finditer(self._text, middle, furthest)]
            free = [end for end in ends if self._ties[end] == _FREE]
            if free:
                return free[-1]
        for torn in (_FREE, _TIED):
            place = self._ties.rfind(torn, start + 1, furthest + 1)
            if place > 0:
                return place
        return furthest
