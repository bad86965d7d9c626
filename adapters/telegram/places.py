"""How Telegram's places and the notes for answering are spelled where the host keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.events import ConversationRef

PLATFORM = "telegram"


@dataclass(frozen=True, slots=True)
class Place:
    """A chat, or one topic of a forum: `<chat id>` or `<chat id>/<topic id>`."""

    chat: int
    topic: int | None = None

    @classmethod
    def of(cls, conversation: ConversationRef) -> Place:
        """Read a conversation's id. Raises ValueError where it is none of Telegram's."""
        chat, _, topic = conversation.conversation_id.partition("/")
        return cls(int(chat), int(topic) if topic else None)

    @property
    def conversation(self) -> ConversationRef:
        """The host's name for it."""
        return ConversationRef(PLATFORM, str(self.chat) if self.topic is None else f"{self.chat}/{self.topic}")

    @property
    def is_direct(self) -> bool:
        """Whether it is one person's chat: their id is the chat's."""
        return self.chat > 0


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """How an event can be answered out of the ordinary: privately to `person`, or by answering a button's press."""

    person: int
    press: str | None = None

    @classmethod
    def read(cls, text: str | None) -> ReplyToken | None:
        """Read what `text` gave."""
        if not text:
            return None
        person, _, press = text.partition(" ")
        return cls(int(person), press or None)

    @property
    def text(self) -> str:
        """The form the host keeps."""
        return f"{self.person} {self.press}" if self.press else str(self.person)
