"""`familiar plugin`: see what is installed, and begin a plugin of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

group = typer.Typer(
    name="plugin",
    help="List plugins, or begin a new one.",
    rich_markup_mode=None,
    epilog="Example: familiar plugin list",
)


@group.command("list", epilog="Example: familiar plugin list")
def show_all() -> None:
    """List the installed plugins and which are enabled."""
    from bot.cli.tables import print_table
    from bot.extensions import list_plugins
    from bot.settings import load_settings

    enabled = load_settings().plugins
    installed = list_plugins()
    missing = [name for name in enabled if name not in installed]
    rows = [(name, "enabled" if name in enabled else "installed") for name in installed]
    print_table(("plugin", "state"), [*rows, *((name, "enabled, but not installed") for name in missing)])


@group.command("new", epilog="Example: familiar plugin new dice")
def new(
    name: Annotated[str, typer.Argument(help="What the plugin is called: lower case, as in Python.")],
    folder: Annotated[Path | None, typer.Argument(help="Where it goes; if not given: familiar-NAME here.")] = None,
) -> None:
    """Write a working plugin with its test, ready to be installed."""
    from bot.cli.plugin_writer import write_plugin

    written = write_plugin(name, folder or Path(f"familiar-{name.replace('_', '-')}"))
    print(f"Wrote the plugin {name} to {written}. Its README.md says how to test, install and enable it.")
