"""Commands: declared once, rendered natively by each platform, parsed here where a platform only has text."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bot.errors import CommandUsageError


class Permission(Enum):
    """Who may call a command."""

    EVERYONE = "everyone"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Option:
    """One argument of a command. `kind` is the Python type its text is turned into."""

    name: str
    kind: type[str] | type[int] | type[float] | type[bool] = str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """A command as people see it: `/name` with its options, in the order they are typed.

    A name of two words, as "model status", is a subcommand: a platform that groups commands shows it below "model".
    """

    name: str
    description: str
    options: tuple[Option, ...] = ()
    permission: Permission = Permission.EVERYONE
    ephemeral: bool = False
    """Answers are seen only by the person who called it, where the platform can do that."""

    @property
    def usage(self) -> str:
        """`/name <required> [optional]`."""
        marks = (f"<{option.name}>" if option.required else f"[{option.name}]" for option in self.options)
        return " ".join([f"/{self.name}", *marks])


def read_arguments(command: Command, text: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a command's options from typed text, or from what a platform already took apart.

    Words go to options in order, quotes keep words together, and a last text option takes all that is left.
    Raises CommandUsageError with a line for the person who typed it.
    """
    words = dict(given) or _split(command, text)
    values: dict[str, Any] = {}
    for option in command.options:
        if option.name in words:
            values[option.name] = _convert(command, option, words[option.name])
        elif option.required:
            raise CommandUsageError(f"/{command.name} needs {option.name}. Usage: {command.usage}")
    return values


def _split(command: Command, text: str) -> dict[str, str]:
    options = command.options
    if options and options[-1].kind is str:
        head = text.split(maxsplit=len(options) - 1)
        if len(options) == 1:
            head = [text.strip()] if text.strip() else []
        return {option.name: word for option, word in zip(options, head, strict=False)}
    try:
        words = shlex.split(text)
    except ValueError:  # an unclosed quote, as in "don't"
        words = text.split()
    if len(words) > len(options):
        raise CommandUsageError(f"/{command.name} does not take {words[len(options)]!r}. Usage: {command.usage}")
    return {option.name: word for option, word in zip(options, words, strict=False)}


_WANTED: dict[type, str] = {int: "a whole number", float: "a number", bool: "yes or no"}


def _convert(command: Command, option: Option, word: str) -> Any:
    if option.kind is bool:
        if word.lower() in {"yes", "true", "on", "1"}:
            return True
        if word.lower() in {"no", "false", "off", "0"}:
            return False
    else:
        try:
            return option.kind(word)
        except ValueError:
            pass
    wanted = _WANTED[option.kind]  # str never fails
    raise CommandUsageError(f"{option.name} must be {wanted}, not {word!r}. Usage: {command.usage}")
