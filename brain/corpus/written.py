"""The text form of the corpus: blocks of lines become talks, and what can't be read becomes a fault with its line.

A block is `== topic.lang.number`, then `bot:`, `user:` and `style:`, then `U:` and `B:` lines. A file may open with
`@bot:`, `@user:` and `@style:`, which hold for the blocks that leave theirs out. `README.md` shows one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from brain.errors import BrainError, DataError

LANGUAGES = ("en", "zh")
_STYLE = (
    ("short", "medium", "long"),
    ("casual", "neutral", "formal", "playful", "gentle"),
    ("emoji", "plain"),
)
_HEADERS = ("bot", "user", "style")
_SPEAKERS = {"U": "a", "B": "b"}
_NAME = re.compile(r"(?P<topic>[a-z0-9_]+)\.(?P<lang>[a-z]+)\.(?P<number>[0-9]{3,})")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file, and the line where it is. `str()` is "file:line: what"."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says, "a" (the person) or "b" (Familiar), and the line of the file it begins on."""

    speaker: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Style:
    """How the replies are worded: length, tone, and whether with emoji."""

    length: str
    tone: str
    emoji: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """One dialogue as written. `bot` says who Familiar is here, `user` what it knows of the person before."""

    name: str
    topic: str
    lang: str
    bot: tuple[str, ...]
    user: tuple[str, ...]
    style: Style
    turns: tuple[Turn, ...]
    path: Path
    line: int

    @property
    def id(self) -> str:
        """The id of its row, from which its split follows."""
        return f"familiar-{self.name}"

    def row(self) -> dict[str, Any]:
        """Return the row that is built of it, as `brain.text.dialogues` reads it."""
        return {
            "id": self.id,
            "source": "familiar",
            "topic": self.topic,
            "lang": self.lang,
            "persona": {"a": list(self.user), "b": list(self.bot)},
            "style": {"length": self.style.length, "tone": self.style.tone, "emoji": self.style.emoji},
            "turns": [{"speaker": turn.speaker, "text": turn.text} for turn in self.turns],
        }


class _Unreadable(BrainError):
    """A line that is not as the form wants it."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(what)
        self.line = line


_Numbered = tuple[int, str]


@dataclass(slots=True)
class _Block:
    """What was read of a block so far: its headers (the file's at first), which of them are its own, its turns."""

    headers: dict[str, _Numbered]
    own: set[str] = field(default_factory=set[str])
    turns: list[Turn] = field(default_factory=list[Turn])


def read_talks(path: Path) -> Iterator[Talk | Fault]:
    """Yield each talk of a file, or the first thing wrong with it. Raises DataError where the file can't be opened."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"can't read {path}: {error}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield Fault(path, raw.count(b"\n", 0, error.start) + 1, "not UTF-8")
        return
    yield from parse_talks(text, path)


def parse_talks(text: str, path: Path) -> Iterator[Talk | Fault]:
    """Yield each talk of a text, or the first thing wrong with it; `path` is where it is said to be from."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    opening = len(list(takewhile(lambda line: not line or line.startswith("@"), lines)))
    defaults: dict[str, _Numbered] = {}
    for number, line in enumerate(lines[:opening], start=1):
        try:
            defaults |= _defaults(number, line)
        except _Unreadable as error:
            yield Fault(path, error.line, str(error))
    for block in _blocks(enumerate(lines[opening:], start=opening + 1)):
        try:
            yield _parse_block(block, defaults, path)
        except _Unreadable as error:
            yield Fault(path, error.line, str(error))


def _defaults(number: int, line: str) -> dict[str, _Numbered]:
    if not line:
        return {}
    name, _, value = line[1:].partition(":")
    if name not in _HEADERS:
        raise _Unreadable(number, f"a file opens with @bot:, @user: and @style:, not with {_shown(line)}")
    return {name: (number, value.strip())}


def _blocks(lines: Iterable[_Numbered]) -> Iterator[list[_Numbered]]:
    """Yield blocks: they end at an empty line, or where the next one begins."""
    block: list[_Numbered] = []
    for number, line in lines:
        if block and (not line or line.startswith("== ")):
            yield block
            block = []
        if line:
            block.append((number, line))
    if block:
        yield block


def _parse_block(lines: Sequence[_Numbered], defaults: Mapping[str, _Numbered], path: Path) -> Talk:
    start, heading = lines[0]
    if not heading.startswith("== "):
        raise _Unreadable(start, f"a block begins with '== topic.lang.number', not with {_shown(heading)}")
    name = heading.removeprefix("== ").strip()
    parts = _NAME.fullmatch(name)
    if not parts or parts["lang"] not in LANGUAGES:
        raise _Unreadable(start, f"a block is named topic.en.number or topic.zh.number, not {_shown(name)}")
    block = _Block(dict(defaults))
    for number, line in lines[1:]:
        _take_line(block, number, line)
    for header in _HEADERS:
        if header not in block.headers:
            raise _Unreadable(start, f"{name} has no {header} line")
    if not block.turns or block.turns[0].speaker != "a" or block.turns[-1].speaker != "b":
        raise _Unreadable(start, f"{name} must begin with U and end with B")
    if not (bot := _sentences(block.headers["bot"][1])):
        raise _Unreadable(start, f"{name} does not say who the bot is")
    return Talk(
        name=name,
        topic=parts["topic"],
        lang=parts["lang"],
        bot=bot,
        user=_sentences(block.headers["user"][1]),
        style=_parse_style(*block.headers["style"]),
        turns=tuple(block.turns),
        path=path,
        line=start,
    )


def _take_line(block: _Block, number: int, line: str) -> None:
    head, colon, text = line.partition(":")
    text = text.strip()
    if colon and head in _HEADERS:
        if head in block.own or block.turns:
            raise _Unreadable(number, f"a block has one {head} line, before its first U")
        block.own.add(head)
        block.headers[head] = (number, text)
    elif text and head in _SPEAKERS:
        _add_turn(block.turns, Turn(_SPEAKERS[head], text, number))
    else:
        raise _Unreadable(number, f"neither bot, user, style, U nor B with something after it: {_shown(line)}")


def _add_turn(turns: list[Turn], turn: Turn) -> None:
    """Add a turn; successive lines of one speaker are one turn."""
    if turns and turns[-1].speaker == turn.speaker:
        last = turns.pop()
        turn = Turn(turn.speaker, f"{last.text} {turn.text}", last.line)
    turns.append(turn)


def _parse_style(number: int, text: str) -> Style:
    words = text.split()
    if len(words) != len(_STYLE) or any(word not in known for word, known in zip(words, _STYLE, strict=True)):
        wanted = " ".join("|".join(known) for known in _STYLE)
        raise _Unreadable(number, f"style is {_shown(text)}, not {wanted}")
    length, tone, emoji = words
    return Style(length, tone, emoji == "emoji")


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
