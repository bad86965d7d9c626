"""Where and whom to answer: how Telegram's places and presses are spelled where the host keeps them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from bot.events import CommandInvoked, ConversationRef, Delivery, MessageReceived, PlatformEvent

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
class Press:
    """A button that was pressed, as the reply token of its event: which press it is, and by whom."""

    id: str
    person: int

    @classmethod
    def read(cls, token: str | None) -> Press | None:
        """Read what `token` gave."""
        if not token:
            return None
        id_, _, person = token.partition(" ")
        return cls(id_, int(person))

    @property
    def token(self) -> str:
        """The form the host keeps."""
        return f"{self.id} {self.person}"


class Askers:
    """Who wrote which of the latest messages in groups: a private answer to one goes to them.

    It is not kept over a restart. Then a private answer that is still to come is not given, rather than to everybody.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._people: OrderedDict[tuple[ConversationRef, str], int] = OrderedDict()

    def note(self, event: PlatformEvent) -> None:
        """Remember who wrote a message or a command. A chat that speaks for somebody can't be answered privately."""
        if event.space and isinstance(event, MessageReceived | CommandInvoked) and event.message_id:
            person = int(event.author.ref.user_id or 0)
            if person > 0:
                self._people[event.conversation, event.message_id] = person
            if len(self._people) > self._most:
                self._people.popitem(last=False)

    def find(self, delivery: Delivery) -> int | None:
        """The person whom a delivery answers, where that is known."""
        press = Press.read(delivery.reply_token)
        if press is not None:
            return press.person
        return self._people.get((delivery.conversation, delivery.reply_to or ""))
