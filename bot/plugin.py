"""The seam to a skill: a plugin is a class whose marked methods return what to say.

    class DicePlugin(Plugin):
        name = "dice"

        @command("roll", "Roll a die")
        async def roll(self, ctx: Context, sides: int = 6) -> str:
            return f"You rolled {random.randint(1, sides)}."

Handlers may be `async def`, or plain `def` for blocking work, which then runs in a thread. Nothing here talks to a
platform or a database: a handler's effects are collected and committed together with its reply.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from bot.commands import Command, Permission
from bot.events import Author, ConversationRef, PlatformEvent, Reply

Said = str | Reply | None
"""What a handler returns: something to say, or None for nothing."""

Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said in a conversation: by a person (`author` is their name) or by the bot (None)."""

    author: str | None
    text: str


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model that speaks: its version, where it came from, and since when."""

    version: str
    source: str
    since: datetime


class Host(Protocol):
    """What a context may ask of the host."""

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every registered command, by name."""
        ...

    @property
    def bot_name(self) -> str:
        """The name the operator gave the bot."""
        ...

    @property
    def model(self) -> ModelStatus | None:
        """The model that speaks now; None while none is loaded."""
        ...

    async def load_history(self, event: PlatformEvent) -> tuple[Turn, ...]:
        """The latest turns before an event, oldest first."""
        ...


@dataclass(slots=True)
class Context:
    """What a handler knows and may do. One is made for each event."""

    event: PlatformEvent
    host: Host
    is_admin: bool = False
    """The author is one of the people in `settings.admins`."""
    has_buttons: bool = False
    """The platform shows the buttons of a Reply."""
    forgets_conversation: bool = field(default=False, init=False)

    @property
    def conversation(self) -> ConversationRef:
        """Where the event happened."""
        return self.event.conversation

    @property
    def author(self) -> Author:
        """Who caused the event."""
        return self.event.author

    async def history(self) -> tuple[Turn, ...]:
        """What was said here so far, oldest first, without the message being handled.

        In a group it is what this member said and was answered, unless the operator has made its memory shared.
        """
        return await self.host.load_history(self.event)

    def forget_conversation(self) -> None:
        """Start afresh: what `history` gives is no longer used. Takes effect with the reply."""
        self.forgets_conversation = True


class Plugin(ABC):
    """A skill. Subclass it, name it, mark handlers with `@command` and `@on`."""

    name: ClassVar[str]
    """Lower case, unique; the name in settings and entry points."""
    description: ClassVar[str] = ""

    async def aclose(self) -> None:
        """Let go of what the plugin holds."""
        return


@dataclass(frozen=True, slots=True)
class CommandMark:
    """Left on a method by `@command`."""

    name: str
    description: str
    permission: Permission
    ephemeral: bool


@dataclass(frozen=True, slots=True)
class EventMark:
    """Left on a method by `@on`."""

    event_type: type[PlatformEvent]


MARK = "__familiar_mark__"


def command(
    name: str, description: str, *, permission: Permission = Permission.EVERYONE, ephemeral: bool = False
) -> Callable[[Handler], Handler]:
    """Mark a method `(self, ctx, option: type = default, ...) -> Said` as the handler of `/name`.

    A name of two words is a subcommand. `ephemeral`: only the caller sees the answer, where the platform can do that.
    """
    return _marker(CommandMark(name, description, permission, ephemeral))


def on(event_type: type[PlatformEvent]) -> Callable[[Handler], Handler]:
    """Mark a method `(self, ctx, event) -> Said`. The first one that returns something has answered the event."""
    return _marker(EventMark(event_type))


def _marker(mark: CommandMark | EventMark) -> Callable[[Handler], Handler]:
    def attach(handler: Handler) -> Handler:
        setattr(handler, MARK, mark)
        return handler

    return attach


HandlerResult = Said | Awaitable[Said]
