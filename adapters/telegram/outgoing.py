"""From a reply to Telegram's messages: pure functions, nothing is sent here.

Replies go out as plain text, without a parse mode: markup of any kind is shown as it is written, and nothing can
fail to parse. What Telegram would still find in plain text by itself is a name to ping, so names are loosened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup

from bot.commands import Command, Permission
from bot.events import Button, Reply
from bot.splitting import split_text, utf16_length

LONGEST_TEXT = 4096
LONGEST_NOTE = 200
LONGEST_DESCRIPTION = 256
MOST_COMMANDS = 100

# A name is not found where a letter stands before it, nor in an address such as https://example.org/@name. The
# addresses that are left alone for that stand free ("/https://..." is a command to Telegram) and are short, so that
# none is ever cut.
_ADDRESS = r"(?<![^\s(])https?://[A-Za-z0-9.-]{1,100}\.[A-Za-z]{2,20}/(?:[A-Za-z0-9_.~%-]{1,50}/){0,3}@"
_PING = re.compile(rf"(?P<address>{_ADDRESS})|(?<![A-Za-z0-9_])@(?=[A-Za-z0-9_])")
_WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message of a reply."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None


def to_messages(reply: Reply) -> list[Outgoing]:
    """The messages that a reply becomes, none where there is nothing to see. Buttons are on the last one."""
    parts = split_text(loosen_names(reply.text), LONGEST_TEXT - 1, utf16_length)
    texts = [loosen_names(part) for part in parts]  # a cut may have bared a name, one at most
    last = len(texts) - 1
    return [Outgoing(text, _keyboard(reply.buttons) if number == last else None) for number, text in enumerate(texts)]


def to_note(reply: Reply) -> str | None:
    """The note that a pressed button can be answered with, or None where the reply is too much for one."""
    text = reply.text.strip()
    return text if text and utf16_length(text) <= LONGEST_NOTE and not reply.buttons else None


def loosen_names(text: str) -> str:
    """Put a sign that nobody sees into `@name`, so that nobody is pinged."""
    return _PING.sub(lambda found: found["address"] or f"@{_WORD_JOINER}", text)


def to_menu(commands: Sequence[Command]) -> list[BotCommand]:
    """The menu of everybody's commands. Subcommands share the entry of their first word."""
    described: dict[str, list[str]] = {}
    for command in commands:
        if command.permission is Permission.EVERYONE:
            described.setdefault(command.name.partition(" ")[0], []).extend(_describe(command))
    entries = (BotCommand(name, ", ".join(texts)[:LONGEST_DESCRIPTION]) for name, texts in sorted(described.items()))
    return list(entries)[:MOST_COMMANDS]


def _describe(command: Command) -> Iterator[str]:
    _, _, sub = command.name.partition(" ")
    marks = " ".join(command.usage.split(" ")[1:])
    if sub:
        yield f"{marks}: {command.description}"
    else:
        yield f"{marks} {command.description}".strip()


def _keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(button.label, callback_data=button.payload)] for button in buttons]
    return InlineKeyboardMarkup(rows) if rows else None
