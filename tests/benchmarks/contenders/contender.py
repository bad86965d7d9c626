"""What is compared: a host that takes updates in at one end and lets replies out at the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple


class Update(NamedTuple):
    """What a platform tells an adapter, before the adapter has made an event of it."""

    number: int
    conversation: str
    text: str


OnReply = Callable[[str], None]
"""Gets the text of every reply that leaves."""


class Contender(ABC):
    """A host with an echo plugin among `plugins` plugins; the others have one command each, which nobody calls."""

    def __init__(self, on_reply: OnReply, plugins: int) -> None:
        self.on_reply = on_reply
        self.plugins = plugins

    @abstractmethod
    async def open(self) -> None:
        """Be ready to receive."""

    @abstractmethod
    async def receive(self, update: Update) -> None:
        """Take an update in as an adapter does; return when the adapter could confirm it to its platform."""

    @abstractmethod
    async def aclose(self) -> None:
        """Let go of everything."""
