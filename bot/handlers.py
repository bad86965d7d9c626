"""The table of handlers: built and checked once from the plugins, then only looked up."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Any

from bot.commands import Command
from bot.errors import ExtensionError
from bot.events import PlatformEvent, Reply
from bot.plugin import MARK, CommandMark, EventMark, Plugin
from bot.signatures import PLAIN_NAME, check_event_handler, read_options


@dataclass(frozen=True, slots=True)
class BoundHandler:
    """A plugin's marked method, ready to be called."""

    plugin: str
    name: str
    call: Callable[..., Any]
    is_async: bool

    async def run(self, pool: Executor, /, *args: Any, **values: Any) -> Reply | None:
        """Return what the handler says, or None. Plain functions run in `pool`, for they may block."""
        if self.is_async:
            said = await self.call(*args, **values)
        else:
            said = await asyncio.get_running_loop().run_in_executor(pool, partial(self._block, *args, **values))
        if isinstance(said, str):
            said = Reply(said)
        if said is not None and not isinstance(said, Reply):
            raise TypeError(f"{self.plugin}.{self.name} returned {type(said).__name__}, not str, Reply or None")
        return said if said and said.text.strip() else None

    def _block(self, /, *args: Any, **values: Any) -> Any:
        try:
            return self.call(*args, **values)
        except StopIteration as error:  # a future that is given this one never ends
            raise RuntimeError("the handler raised StopIteration") from error


@dataclass(frozen=True, slots=True)
class CommandHandler:
    """The handler of one command."""

    command: Command
    handler: BoundHandler


class HandlerTable:
    """Finds handlers by command name and by event type, however many there are."""

    def __init__(self, plugins: Iterable[Plugin]) -> None:
        """Register plugins in order. Raises ExtensionError that names plugin, handler and what does not fit."""
        self._by_command: dict[str, CommandHandler] = {}
        self._subscribed: list[tuple[type[PlatformEvent], BoundHandler]] = []
        self._by_event: dict[type[PlatformEvent], tuple[BoundHandler, ...]] = {}
        names: set[str] = set()
        for plugin in plugins:
            _check_name(plugin, names)
            for mark, handler in _marked_methods(plugin):
                self._register(mark, handler)

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command, by name."""
        return tuple(self._by_command[name].command for name in sorted(self._by_command))

    def command(self, name: str, arguments: str = "") -> tuple[CommandHandler, str] | None:
        """The handler of `/name arguments` and the arguments that are left, in whatever case a phone wrote the name.

        Where there is no such command, the first argument may be the second word of a subcommand's name.
        """
        if found := self._by_command.get(name.lower()):
            return found, arguments
        word, *rest = arguments.split(maxsplit=1) or [""]
        found = self._by_command.get(f"{name} {word}".lower())
        return (found, "".join(rest)) if found else None

    def subcommands(self, group: str) -> tuple[Command, ...]:
        """The commands whose names begin with this word."""
        return tuple(command for command in self.commands if command.name.startswith(f"{group.lower()} "))

    def near(self, name: str, arguments: str = "") -> tuple[Command, ...]:
        """What somebody may have meant who typed `/name arguments`: a command, or all of a group's subcommands."""
        first_words = {command.name.partition(" ")[0] for command in self.commands}
        for first in get_close_matches(name.lower(), first_words, n=1):
            if alone := self._by_command.get(first):
                return (alone.command,)
            group = {command.name.partition(" ")[2]: command for command in self.subcommands(first)}
            second = arguments.partition(" ")[0].lower()
            return tuple(group[word] for word in get_close_matches(second, group, n=1) or group)
        return ()

    def listening_to(self, kind: type[PlatformEvent]) -> tuple[BoundHandler, ...]:
        """Handlers of a type of event and its supertypes, in the order of registration."""
        found = self._by_event.get(kind)
        if found is None:
            found = tuple(handler for wanted, handler in self._subscribed if issubclass(kind, wanted))
            self._by_event[kind] = found
        return found

    def _register(self, mark: CommandMark | EventMark, handler: BoundHandler) -> None:
        where = f"plugin {handler.plugin}, handler {handler.name}"
        if isinstance(mark, EventMark):
            check_event_handler(where, handler.call, mark.event_type)
            self._subscribed.append((mark.event_type, handler))
            return
        self._check_command(where, mark)
        options = read_options(where, handler.call)
        command = Command(mark.name, mark.description, options, mark.permission, mark.ephemeral)
        self._by_command[mark.name] = CommandHandler(command, handler)

    def _check_command(self, where: str, mark: CommandMark) -> None:
        words = mark.name.split(" ")
        if len(words) > 2 or not all(PLAIN_NAME.fullmatch(word) for word in words):
            raise ExtensionError(
                f"{where}: {mark.name!r} can't be a command: use a-z, 0-9 and _, up to 32 of them, in one word or two"
            )
        if not mark.description.strip():
            raise ExtensionError(f"{where}: /{mark.name} needs a description")
        if other := self._by_command.get(mark.name):
            raise ExtensionError(f"{where}: /{mark.name} already belongs to plugin {other.handler.plugin}")
        if words[0] in self._by_command or (len(words) == 1 and self.subcommands(mark.name)):
            raise ExtensionError(f"{where}: /{words[0]} can't be a command and have subcommands, as platforms have it")


def _check_name(plugin: Plugin, names: set[str]) -> None:
    name = getattr(plugin, "name", None)
    if not isinstance(name, str) or not PLAIN_NAME.fullmatch(name.replace("-", "_")):
        raise ExtensionError(f"plugin {type(plugin).__qualname__}: set name to a lower-case word, not {name!r}")
    if name in names:
        raise ExtensionError(f"two plugins are named {name}")
    names.add(name)


def _marked_methods(plugin: Plugin) -> Iterable[tuple[CommandMark | EventMark, BoundHandler]]:
    """Marked methods in the order they are written, base classes first."""
    attributes = dict.fromkeys(name for cls in reversed(type(plugin).__mro__) for name in vars(cls))
    for name in attributes:
        mark = getattr(inspect.getattr_static(plugin, name, None), MARK, None)
        if isinstance(mark, CommandMark | EventMark):
            call = getattr(plugin, name)
            yield mark, BoundHandler(plugin.name, name, call, inspect.iscoroutinefunction(call))
