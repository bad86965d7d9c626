"""The facts that travel: what happened on a platform or in the host, and what goes out in answer.

Events are frozen, past-tense and free of platform types; ids are always strings, and unique within their conversation
at least.
"""

from bot.events.happenings import (
    ActionInvoked,
    Attachment,
    CommandInvoked,
    ConnectionChanged,
    ConversationMigrated,
    Event,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ModelReloaded,
    PlatformEvent,
    ReactionChanged,
    ReplySent,
    ThreadCreated,
)
from bot.events.references import (
    Author,
    ConversationRef,
    UserRef,
)
from bot.events.replies import (
    PAYLOAD_LIMIT,
    Button,
    Delivery,
    Reply,
)

__all__ = [
    "PAYLOAD_LIMIT",
    "ActionInvoked",
    "Attachment",
    "Author",
    "Button",
    "CommandInvoked",
    "ConnectionChanged",
    "ConversationMigrated",
    "ConversationRef",
    "Delivery",
    "Event",
    "MembershipChanged",
    "MessageDeleted",
    "MessageEdited",
    "MessageReceived",
    "ModelReloaded",
    "PlatformEvent",
    "ReactionChanged",
    "Reply",
    "ReplySent",
    "ThreadCreated",
    "UserRef",
]
