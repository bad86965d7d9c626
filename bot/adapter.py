"""The seam to a platform: an adapter turns its updates into events and delivers replies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.commands import Command
from bot.events import ConnectionChanged, ConversationRef, Delivery, PlatformEvent
from bot.settings import Settings

if TYPE_CHECKING:
    from fastapi import APIRouter

Publish = Callable[[PlatformEvent], Awaitable[None]]
"""Hands an event to the host. Returns once it is stored: only then may the adapter confirm it to its platform."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, so that the host need not know which one it is."""

    deduplicates_sends: bool = False
    """A second send with the same nonce is dropped by the platform, so an uncertain send may be repeated."""
    outlives_process: bool = True
    """A conversation can still be answered after a restart. A terminal session can't."""
    buttons: bool = False
    """Buttons below a reply are shown, and pressing one becomes an ActionInvoked."""
    marks_sends: bool = False
    """The adapter itself sets and withdraws the marks of its sends. Else a send counts as begun from its call on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What `Adapter.check` found, in one line. That of something bad says what to do."""

    ok: bool
    text: str


class AdapterState(Protocol):
    """What an adapter notes down for itself: how far it has read, what it has synchronised."""

    async def load(self, key: str) -> str | None:
        """Return what was saved under a key. Raises StoreError."""
        ...

    async def save(self, key: str, value: str) -> None:
        """Keep a value; it is on disk when this returns. Raises StoreError."""
        ...


class FleetingState(AdapterState):
    """Keeps notes as long as the object lives."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    async def load(self, key: str) -> str | None:
        """See AdapterState."""
        return self._values.get(key)

    async def save(self, key: str, value: str) -> None:
        """See AdapterState."""
        self._values[key] = value


class SendMarks(Protocol):
    """Which replies may be with a platform that would show a repeated one. After a kill those are not sent again."""

    async def set(self, nonce: str) -> None:
        """A request that may deliver a reply is about to leave; that is on disk when this returns."""
        ...

    async def withdraw(self, nonce: str) -> None:
        """The platform took nothing of it, as when it asks to wait; that is on disk when this returns."""
        ...


class FleetingMarks(SendMarks):
    """Keeps nothing: where nobody is killed, nobody needs to know."""

    async def set(self, nonce: str) -> None:
        """See SendMarks."""

    async def withdraw(self, nonce: str) -> None:
        """See SendMarks."""


class Adapter(ABC):
    """One platform. Made with the settings, started, and started again where that raised, closed at the end.

    Making one must not connect; it raises SettingsError where a setting it can't do without is missing.
    """

    name: str
    """The platform's name in references and settings: lower case, unique."""
    capabilities: Capabilities = Capabilities()
    state: AdapterState
    """Fleeting until the host puts one that lasts in its place, which it does before `sync_commands` and `start`."""
    marks: SendMarks
    """Only for an adapter that `marks_sends`. The host sets it, as it does `state`."""
    report: Callable[[ConnectionChanged], None]
    """Tells how the connection stands: returns at once and never raises. The host sets it, as it does `state`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.state = FleetingState()
        self.marks = FleetingMarks()
        self.report = lambda change: None

    @abstractmethod
    async def start(self, publish: Publish) -> None:
        """Receive until `aclose` is called, the task is cancelled, or nothing more can come; then return.

        Every update is translated and `await publish(event)`-ed before it is confirmed to the platform. A publish that
        raises was not stored: don't confirm it, try it again or let the platform send it again.

        Raises SettingsError for what only the operator can mend (a token that was revoked, a switch that is off): in
        one line, with what to do. The adapter is not started again then. After anything else it is, a little later.
        """

    @abstractmethod
    async def send(self, delivery: Delivery) -> str | None:
        """Deliver one reply and return the platform's id of the message, if it has ids.

        Raises DeliveryError (try again), DeliveryRefusedError (never) or DeliveryUncertainError (may have arrived).
        SettingsError, for what only the operator can mend, keeps this reply and all others until the next start;
        `start` must raise it too.
        """

    def show_progress(self, conversation: ConversationRef, text: str) -> None:
        """A reply is being made: `text` is what there is of it so far, empty at first. Must return at once.

        It is shown (as "typing", say) until `send` or `end_progress` for that conversation.
        """
        return

    def end_progress(self, conversation: ConversationRef) -> None:
        """No reply is being made any more; one may or may not follow. Must return at once."""
        return

    async def sync_commands(self, commands: Sequence[Command]) -> None:
        """Make the commands known to the platform's own menus, where it has such. Called before each `start`."""
        return

    def router(self) -> APIRouter | None:
        """What the host's HTTP server is to serve for this adapter, such as a webhook."""
        return None

    async def check(self) -> list[Finding]:
        """For `familiar check`: try the platform with what the settings say. Must not take an update or send anything.

        The adapter is closed afterwards and never started.
        """
        return []

    async def aclose(self) -> None:
        """Stop receiving and let go of connections. Safe to call twice."""
        return
