"""What a handler's signature says, read once when its plugin is registered."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Callable
from typing import Any, Union, get_args, get_origin, get_type_hints

from bot.commands import Option
from bot.errors import ExtensionError
from bot.events import PlatformEvent

PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""Names of commands and options that every platform's menu takes."""
KINDS = (str, int, float, bool)


def read_options(where: str, handler: Callable[..., Any]) -> tuple[Option, ...]:
    """Return the options of a command handler `(ctx, option: type = default, ...)`.

    Raises ExtensionError that begins with `where` and names the argument that is wrong.
    """
    _, *arguments = _parameters(where, handler, ["ctx"])
    hints = _hints(where, handler)
    return tuple(_option(where, argument, hints.get(argument.name)) for argument in arguments)


def check_event_handler(where: str, handler: Callable[..., Any], event_type: object) -> None:
    """Raise ExtensionError unless a handler is `(ctx, event)` and listens to something people do."""
    if not (inspect.isclass(event_type) and issubclass(event_type, PlatformEvent)):
        raise ExtensionError(f"{where}: @on takes a kind of PlatformEvent, not {event_type!r}")
    arguments = _parameters(where, handler, ["ctx", "event"])
    if len(arguments) > 2:
        raise ExtensionError(f"{where}: argument {arguments[2].name} is one too many: write (self, ctx, event)")


def _parameters(where: str, handler: Callable[..., Any], wanted: list[str]) -> list[inspect.Parameter]:
    if inspect.isasyncgenfunction(handler) or inspect.isgeneratorfunction(handler):
        raise ExtensionError(f"{where}: return what to say instead of yielding it")
    parameters = list(inspect.signature(handler).parameters.values())
    for parameter in parameters:
        if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
            raise ExtensionError(f"{where}: argument {parameter} must be a plain argument")
    if len(parameters) < len(wanted):
        missing, all_of_them = wanted[len(parameters)], ", ".join(wanted)
        raise ExtensionError(f"{where}: argument {missing} is missing: write (self, {all_of_them})")
    return parameters


def _hints(where: str, handler: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(handler)
    except Exception as error:  # an annotation is any expression, so evaluating it may raise anything
        raise ExtensionError(f"{where}: its annotations can't be read: {error}") from None


def _option(where: str, argument: inspect.Parameter, hint: Any) -> Option:
    kinds = " | ".join(kind.__name__ for kind in KINDS)
    if hint is None:
        raise ExtensionError(f"{where}: argument {argument.name} needs a type: {kinds}")
    kind = _without_none(hint)
    if kind not in KINDS:
        raise ExtensionError(f"{where}: argument {argument.name} is {_written(hint)}, which is none of {kinds}")
    if not PLAIN_NAME.fullmatch(argument.name):
        raise ExtensionError(f"{where}: argument {argument.name} must be named with a-z, 0-9 and _")
    return Option(argument.name, kind, required=argument.default is inspect.Parameter.empty)


def _without_none(hint: Any) -> Any:
    """`int` of `int | None`; anything else as it is."""
    if get_origin(hint) in (Union, types.UnionType):
        others = [part for part in get_args(hint) if part is not types.NoneType]
        return others[0] if len(others) == 1 else hint
    return hint


def _written(hint: Any) -> str:
    return hint.__name__ if inspect.isclass(hint) else str(hint)
