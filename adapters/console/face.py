"""What the adapter asks of its two looks: a screen for a person, a pipe for a script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot.commands import Command

Ask = Callable[[str], Awaitable[str]]
"""Says a text to the bot and returns its answer. Cancelled, the answer is dropped when it comes."""

LEAVE = "/quit"


class Face(Protocol):
    """One look of the console."""

    async def run(self, ask: Ask) -> None:
        """Take lines and show answers until the person leaves or the input ends. Cancelling ends it cleanly."""
        ...

    async def show(self, text: str) -> None:
        """Show what the bot says without being asked. Raises DeliveryRefusedError when nobody is there any more."""
        ...

    def show_progress(self, text: str) -> None:
        """Show what there is of the answer so far."""
        ...

    def offer(self, commands: Sequence[Command]) -> None:
        """Offer these commands while typing."""
        ...
