"""The `familiar` command. Each group of commands is a module; heavy imports wait until a command needs them."""

from bot.cli.entry import main

__all__ = ["main"]
