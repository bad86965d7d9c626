"""Finds adapters and plugins by their entry points, and imports those that the settings name and no others."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from bot.adapter import Adapter
from bot.errors import ExtensionError, FamiliarError
from bot.plugin import Plugin
from bot.settings import Settings

ADAPTERS = "familiar.adapters"
PLUGINS = "familiar.plugins"

Extension = TypeVar("Extension", Adapter, Plugin)


def list_plugins() -> tuple[str, ...]:
    """Names of the plugins that are installed, without importing any."""
    return _names(PLUGINS)


def list_adapters() -> tuple[str, ...]:
    """Names of the adapters that are installed, without importing any."""
    return _names(ADAPTERS)


def load_plugins(settings: Settings) -> tuple[Plugin, ...]:
    """Make the plugins that the settings name, in that order. Raises ExtensionError."""
    return tuple(_make(PLUGINS, "plugin", name, Plugin, lambda cls: cls()) for name in _once(settings.plugins))


def load_adapters(settings: Settings, names: Iterable[str]) -> tuple[Adapter, ...]:
    """Make these adapters. Raises ExtensionError, and SettingsError where one lacks a setting."""
    return tuple(_make(ADAPTERS, "adapter", name, Adapter, lambda cls: cls(settings)) for name in _once(names))


def _once(names: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(names)


def _names(group: str) -> tuple[str, ...]:
    return tuple(sorted({point.name for point in entry_points(group=group)}))


def _make(
    group: str, word: str, name: str, base: type[Extension], create: Callable[[type[Extension]], Extension]
) -> Extension:
    point = next(iter(entry_points(group=group, name=name)), None)
    if point is None:
        raise ExtensionError(f"unknown {word} {name!r}: installed are {', '.join(_names(group)) or 'none'}")
    cls = _import(word, point)
    if not (inspect.isclass(cls) and issubclass(cls, base)):
        raise ExtensionError(f"{word} {name}: {point.value} is not a subclass of {base.__name__}")
    called = getattr(cls, "name", None)
    if called != name:
        raise ExtensionError(f"{word} {name}: its class calls itself {called!r}, and both names must be the same")
    try:
        return create(cls)
    except FamiliarError:
        raise
    except Exception as error:  # an extension's own code
        raise ExtensionError(f"{word} {name} can't be made: {_in_one_line(error)}") from error


def _import(word: str, point: EntryPoint) -> Any:
    try:
        return point.load()
    except Exception as error:  # importing runs the extension's code, which may raise anything
        raise ExtensionError(f"{word} {point.name} can't be imported: {_in_one_line(error)}") from error


def _in_one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
