"""The seam to a platform: an adapter turns its updates into events and delivers replies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.commands import Command
from bot.events import ConversationRef, Delivery, PlatformEvent
from bot.settings import Settings

Publish = Callable[[PlatformEvent], Awaitable[None]]
"""Hands an event to the host. Returns once it is stored: only then may the adapter confirm it to its platform."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, so that the host need not know which one it is."""

    deduplicates_sends: bool = False
    """A second send with the same nonce is dropped by the platform, so an uncertain send may be repeated."""
    outlives_process: bool = True
    """A conversation can still be answered after a restart. A terminal session can't."""


class Adapter(ABC):
    """One platform. Made with the settings, started, and started again where that raised, closed at the end."""

    name: str
    """The platform's name in references and settings: lower case, unique."""
    capabilities: Capabilities = Capabilities()

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @abstractmethod
    async def start(self, publish: Publish) -> None:
        """Receive until `aclose` is called, the task is cancelled, or nothing more can come; then return.

        Every update is translated and `await publish(event)`-ed before it is confirmed to the platform. A publish that
        raises was not stored: don't confirm it, try it again or let the platform send it again.
        """

    @abstractmethod
    async def send(self, delivery: Delivery) -> str | None:
        """Deliver one reply and return the platform's id of the message, if it has ids.

        Raises DeliveryError (try again), DeliveryRefusedError (never) or DeliveryUncertainError (may have arrived).
        """

    def show_progress(self, conversation: ConversationRef, text: str) -> None:
        """A reply is being made: `text` is what there is of it so far, empty at first. Must return at once."""
        return

    async def sync_commands(self, commands: Sequence[Command]) -> None:
        """Make the commands known to the platform's own menus, where it has such. Called before each `start`."""
        return

    async def aclose(self) -> None:
        """Stop receiving and let go of connections. Safe to call twice."""
        return
