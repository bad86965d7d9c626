"""What happened on a platform or in the host."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.events.references import Author, ConversationRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact. `at` is when it happened, timezone-aware."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that came with a message. `kind` is a word for people ("photo", "file"); `size` is in bytes."""

    kind: str
    name: str
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformEvent(Event):
    """Something that happened on a platform. (platform, update_id) is unique: a second arrival is the same fact."""

    update_id: str
    conversation: ConversationRef
    author: Author
    space: str | None = None
    """The server or group it happened in; None in direct chats."""
    parent: ConversationRef | None = None
    """What the conversation branched off from, where it is a thread."""
    reply_token: str | None = None
    """The adapter's own note of how to answer this very event. It is kept and comes back with the Delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived(PlatformEvent):
    """Somebody wrote something. `text` is without the mention of the bot that it began or ended with.

    Where `message_id` is a number, greater ones of a conversation were written later: what waits is answered so.
    """

    message_id: str
    text: str
    is_direct: bool = False
    mentions_me: bool = False
    reply_to: str | None = None
    """The platform's id of the message that this one answers."""
    replies_to_me: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(PlatformEvent):
    """Somebody changed what they wrote: `text` is what the message says now."""

    message_id: str
    text: str
    edited_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(PlatformEvent):
    """A message was taken away. Its author is often unknown."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionChanged(PlatformEvent):
    """Somebody put reactions on a message or took them back: emoji, or names of a platform's own ones."""

    message_id: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandInvoked(PlatformEvent):
    """Somebody called a command: `/name arguments`. `options` holds values a platform already took apart.

    A platform with subcommands names `/model status` "model status"; one that only has text names it "model", with
    "status" as arguments.
    """

    name: str
    arguments: str = ""
    options: dict[str, str] = field(default_factory=dict[str, str])
    message_id: str | None = None
    is_direct: bool = False
    mentions_me: bool = False
    """It was addressed to this very bot: where several are, a command that only has a name reaches them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionInvoked(PlatformEvent):
    """Somebody pressed a Button; `message_id` is that of the message it is on."""

    payload: str
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationMigrated(PlatformEvent):
    """A conversation got another id: `conversation` is the new one. It may be told twice."""

    old: ConversationRef


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChanged(PlatformEvent):
    """The bot joined or left a place."""

    change: Literal["joined", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadCreated(PlatformEvent):
    """A thread began: `conversation` is the thread, `parent` what it branched off from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionChanged(Event):
    """How an adapter stands with its platform.

    `gap`: connected again, but what happened meanwhile has to be fetched. `fatal`: it takes the operator; `reason` says
    what to do. Adapters give it to `report`.
    """

    platform: str
    state: Literal["ready", "resumed", "gap", "lost", "fatal"]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySent(Event):
    """A reply was handed to its platform. `message_id` is the platform's id for it, where it has one."""

    reply_id: str
    conversation: ConversationRef
    message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReloaded(Event):
    """Another model version speaks from now on."""

    version: str
    previous: str | None
