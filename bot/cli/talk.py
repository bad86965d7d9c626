"""`familiar chat` and `familiar run`: the commands that serve."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.errors import SettingsError

if TYPE_CHECKING:
    from bot.settings import Settings


def chat(
    model: Annotated[
        str | None,
        typer.Option(help="A registered version, an alias, or a checkpoint folder.", metavar="VERSION|FOLDER"),
    ] = None,
    plugin: Annotated[
        list[str] | None, typer.Option(help="A plugin to have beside those in the settings.", metavar="NAME")
    ] = None,
) -> None:
    """Talk here and now: no account, token, server or download.

    Without a terminal each line that comes in is answered by one line.
    """
    from bot.settings import load_settings

    flags: dict[str, Any] = {"adapters": ("console",)}
    if model:
        flags["model"] = {"version": model}
    settings = load_settings(flags)
    _serve(_at_home(settings, plugin or []), exclusive=False)


def run(
    adapter: Annotated[
        list[str] | None, typer.Option(help="An adapter to serve instead of those in the settings.", metavar="NAME")
    ] = None,
) -> None:
    """Serve every configured adapter until it is stopped."""
    from bot.settings import load_settings

    settings = load_settings({"adapters": tuple(adapter)} if adapter else None)
    if not any(name != "console" or _stdin_can_speak() for name in settings.adapters):
        raise SettingsError(
            "nothing to serve: the settings name no adapter but the console, and there is no terminal; "
            "name other adapters in familiar.toml, or run it in a terminal"
        )
    _serve(settings, exclusive=True)


def _at_home(settings: Settings, plugins: list[str]) -> Settings:
    """Settings for one person at their own machine, who floods nobody and wants no logs between the lines."""
    unlimited = {"per_user": settings.limits.in_all, "per_conversation": settings.limits.in_all}
    quiet = {} if "level" in settings.log.model_fields_set else {"level": "critical"}
    return settings.model_copy(
        update={
            "plugins": (*settings.plugins, *plugins),
            "limits": settings.limits.model_copy(update=unlimited),
            "log": settings.log.model_copy(update=quiet),
        }
    )


def _serve(settings: Settings, *, exclusive: bool) -> None:
    import asyncio

    from bot.app import App
    from bot.logs import set_up_logs

    set_up_logs(settings.log)

    async def serve() -> None:
        await App(settings, exclusive=exclusive).run()

    asyncio.run(serve())


def _stdin_can_speak() -> bool:
    """A terminal, a pipe or a file can; /dev/null, which services get, and a closed stdin can't."""
    if sys.stdin is None or sys.stdin.closed:
        return False
    mode = os.fstat(sys.stdin.fileno()).st_mode
    return sys.stdin.isatty() or not stat.S_ISCHR(mode)
