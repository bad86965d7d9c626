"""Between lines of text and events: pure functions, nothing is read or written here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from bot.events import Author, CommandInvoked, ConversationRef, MessageReceived, PlatformEvent, UserRef

PLATFORM = "console"
AUTHOR = Author(UserRef(PLATFORM, "local"), "you")
"""Whoever sits at this machine: there is one, and their name is not asked."""

_COMMAND = re.compile(r"/(?P<name>[A-Za-z][\w-]*)(?:\s+(?P<arguments>.*))?", re.DOTALL)
_LINE_BREAKS = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was typed: where, as the how-manieth, and when (timezone-aware)."""

    text: str
    conversation: ConversationRef
    number: int
    at: datetime


def to_event(line: Line) -> PlatformEvent:
    """`/name arguments` is a command, everything else a message. Ids are unique within a run."""
    text = trim(line.text)
    update_id = f"{line.conversation.conversation_id}-{line.number}"
    typed = _COMMAND.fullmatch(text)
    if typed:
        return CommandInvoked(
            at=line.at,
            update_id=update_id,
            conversation=line.conversation,
            author=AUTHOR,
            name=typed["name"].lower(),
            arguments=typed["arguments"] or "",
            message_id=update_id,
        )
    return MessageReceived(
        at=line.at,
        update_id=update_id,
        conversation=line.conversation,
        author=AUTHOR,
        message_id=update_id,
        text=text,
        is_direct=True,
    )


def trim(text: str) -> str:
    """Drop NULs and the blanks at both ends, so that a line that says nothing is empty. The host cleans the rest."""
    return text.replace("\0", "").strip()


def to_screen(text: str) -> str:
    """Make a reply safe to show: control characters, and with them escape sequences, turn into visible signs."""
    return "".join(_visible(character) for character in text)


def to_one_line(text: str) -> str:
    """The same in a single line: each run of line breaks and the blanks around it is one space."""
    return to_screen(_LINE_BREAKS.sub(" ", text).strip())


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20 and character not in "\n\t":
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0x80 <= code < 0xA0 or 0xD800 <= code < 0xE000:
        return "\ufffd"
    return character
