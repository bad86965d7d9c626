"""The facts that travel: what happened on a platform or in the host, and what goes out in answer.

Events are frozen, past-tense and free of platform types; ids are always strings, and unique within their conversation
at least.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

PAYLOAD_LIMIT = 64
"""Bytes that come back when a button is pressed."""


@dataclass(frozen=True, slots=True)
class UserRef:
    """A person on a platform. The same number on another platform is somebody else."""

    platform: str
    user_id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.user_id}"


@dataclass(frozen=True, slots=True)
class ConversationRef:
    """Where things are said: a direct chat, a group, a thread."""

    platform: str
    conversation_id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.conversation_id}"


@dataclass(frozen=True, slots=True)
class Author:
    """Who said something: a reference that lasts and the name shown at that moment."""

    ref: UserRef
    name: str
    is_bot: bool = False

    @classmethod
    def unknown(cls, platform: str) -> Author:
        """Stands in where a platform does not tell who did something, as with deletions."""
        return cls(UserRef(platform, ""), "")


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


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press below a reply. `payload` (at most 64 bytes of UTF-8) comes back in an ActionInvoked.

    Raises ValueError for a longer one: no platform would take it.
    """

    label: str
    payload: str

    def __post_init__(self) -> None:
        if len(self.payload.encode()) > PAYLOAD_LIMIT:
            raise ValueError(f"the payload of button {self.label!r} is longer than {PAYLOAD_LIMIT} bytes")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a handler or the brain wants to say."""

    text: str
    ephemeral: bool = False
    """Only the person who asked sees it, where the platform can do that."""
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reply on its way out. `nonce` (≤25 characters) is the same at every attempt: a platform can drop repeats."""

    nonce: str
    conversation: ConversationRef
    reply: Reply
    reply_to: str | None = None
    reply_token: str | None = None
    """That of the event that is answered."""
