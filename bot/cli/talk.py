"""`familiar chat` and `familiar run`: the commands that serve."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

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

    settings = load_settings({"model": {"version": model}} if model else None)
    _serve(_at_home(settings, plugin or []), ("console",), exclusive=False)


def run(
    adapter: Annotated[
        list[str] | None, typer.Option(help="An adapter to serve instead of those in the settings.", metavar="NAME")
    ] = None,
) -> None:
    """Serve every adapter that has a token or is named in the settings, until it is stopped."""
    from bot.settings import load_settings

    settings = load_settings()
    names = adapter or settings.served
    if not any(name != "console" or _stdin_can_speak() for name in names):
        raise SettingsError(
            "nothing to serve: no adapter has a token or is named in the settings, and there is no terminal for the "
            "console; set FAMILIAR_DISCORD__TOKEN or FAMILIAR_TELEGRAM__TOKEN, or run it in a terminal"
        )
    _serve(settings, names, exclusive=True)


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


def _serve(settings: Settings, names: Sequence[str], *, exclusive: bool) -> None:
    import asyncio

    from bot.app import App
    from bot.extensions import load_adapters
    from bot.logs import set_up_logs

    set_up_logs(settings.log)

    async def serve() -> None:
        await App(
            settings,
            load_adapters(settings, names),
            exclusive=exclusive,
            serves_http=any(name != "console" for name in names),
        ).run()

    asyncio.run(serve())


def _stdin_can_speak() -> bool:
    """A terminal, a pipe or a file can; /dev/null, which services get, and a closed stdin can't."""
    if sys.stdin is None or sys.stdin.closed:
        return False
    mode = os.fstat(sys.stdin.fileno()).st_mode
    return sys.stdin.isatty() or not stat.S_ISCHR(mode)
