"""What there is on the simulated Telegram, and what people do there.

One bot, `ME`. People 201 (ana) and 202 (ben) exist; anybody else with another number can be made by writing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.simulator import SimulatedWorld
from tests.simulators.telegram_payloads import Json, find_entities, now, user

TOKEN = "4711:AAsimulated-token-of-a-bot_000000000"
ME = 4711
USERNAME = "familiar_bot"
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
ANA, BEN = 201, 202


class Refused(Exception):
    """What the platform does not take: its code, its words, and parameters that some refusals come with."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.body: Json = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


@dataclass
class Chat:
    """A direct chat (its id is the person's), a group, a supergroup or a channel."""

    id: int
    type: str
    title: str = ""
    bot_status: str = "member"
    is_forum: bool = False
    topics: dict[int, str] = field(default_factory=dict[int, str])
    messages: dict[int, Json] = field(default_factory=dict[int, Json])
    migrated_to: int | None = None
    sends: deque[float] = field(default_factory=lambda: deque[float](maxlen=30))
    """When the bot wrote there."""

    @property
    def is_private(self) -> bool:
        return self.type == "private"


@dataclass(frozen=True)
class Call:
    """One call of the bot: what it asked and how it was answered (0: not at all)."""

    method: str
    parameters: Json
    status: int
    at: float


@dataclass
class Webhook:
    """Where updates are pushed to."""

    url: str
    secret: str
    last_error: str = ""


class World(SimulatedWorld):
    """People, chats and the queue of updates that the bot has not confirmed."""

    def __init__(self) -> None:
        super().__init__()
        self.token: str | None = TOKEN
        self.me: Json = user(ME, USERNAME, bot=True) | {"first_name": "Familiar"}
        self.reads_everything = False
        """Privacy mode is off."""
        self.flood_limits = True
        self.people: dict[int, Json] = {ANA: user(ANA, "ana"), BEN: user(BEN, "ben")}
        self.chats: dict[int, Chat] = {}
        self.updates: list[Json] = []
        self.allowed: Sequence[str] = ()
        self.webhook: Webhook | None = None
        self.commands: dict[str, list[Json]] = {}
        self.callbacks: dict[str, str] = {}
        """Presses by id: `open`, `answered` or `expired`."""
        self.answers: dict[str, str] = {}
        self.typing: list[tuple[int, int | None]] = []
        self.calls: list[Call] = []
        self.silent: set[str] = set()
        """Methods that do their work and never answer."""
        self.sending = 0
        """Sends that have come, answered or not."""
        self.floods = 0
        """Sends refused for coming too fast."""
        self._sends: deque[float] = deque(maxlen=30)
        self.polls = 0
        """How many polls have come. Only the latest may still wait."""
        self._next = 1000
        self._next_update = 90_000_000

    # What tests look at

    def said(self, chat: int, topic: int | None = None) -> list[Json]:
        """The bot's messages in a chat, or in one of its topics."""
        found = self.chats[chat].messages.values() if chat in self.chats else ()
        mine = [message for message in found if message.get("from", {}).get("id") == ME]
        return [m for m in mine if topic is None or m.get("message_thread_id") == topic]

    def texts(self, chat: int, topic: int | None = None) -> list[str]:
        """What people read of the bot there."""
        return [message["text"] for message in self.said(chat, topic)]

    def requests(self, method: str) -> list[Call]:
        """The calls of a method."""
        return [call for call in self.calls if call.method == method]

    def pinged(self) -> list[Json]:
        """The messages of the bot that notify somebody by name."""
        entities = ((m, e) for chat in self.chats for m in self.said(chat) for e in m.get("entities", ()))
        return [message for message, entity in entities if entity["type"] in {"mention", "text_mention"}]

    # What people do

    def say(
        self,
        chat: int,
        text: str = "",
        *,
        user: int = ANA,
        reply_to: int | None = None,
        topic: int | None = None,
        **about: Any,
    ) -> int:
        """Have somebody write and return the message's id. `about` adds fields, such as a `photo` and a `caption`."""
        message = self.make_message(chat, text, user, reply_to=reply_to, topic=topic, **about)
        if self._is_shown_to_bot(self.chats[chat], message):
            kind = "channel_post" if self.chats[chat].type == "channel" else "message"
            self.push(kind, message)
        return message["message_id"]

    def edit(self, chat: int, message: int, text: str) -> None:
        """Have somebody change what they wrote."""
        changed = self.chats[chat].messages[message]
        changed |= {"text": text, "entities": find_entities(text), "edit_date": now()}
        self.push("edited_message", dict(changed))

    def delete(self, chat: int, message: int) -> None:
        """Have a message deleted: bots are not told."""
        del self.chats[chat].messages[message]

    def press(self, chat: int, message: int, payload: str, *, user: int = ANA) -> str:
        """Have somebody press a button and return the query's id."""
        source = self.chats[chat].messages[message]
        offered = [button["callback_data"] for row in source["reply_markup"]["inline_keyboard"] for button in row]
        assert payload in offered, f"{offered} has no {payload!r}"
        id_ = str(self._new_id() * 10**9)
        self.callbacks[id_] = "open"
        about = {"id": id_, "chat_instance": "-1", "data": payload, "message": source}
        self.push("callback_query", {"from": self.find_person(user), **about})
        return id_

    def react(self, chat: int, message: int, *emoji: str, user: int = ANA) -> None:
        """Have somebody's reactions on a message become these."""
        where = self.chats[chat]
        old = where.messages[message].setdefault("reactions", {}).get(user, ())
        where.messages[message]["reactions"][user] = emoji
        if where.is_private or where.bot_status == "administrator":
            about = {
                "chat": self.chat_object(where),
                "message_id": message,
                "user": self.find_person(user),
                "date": now(),
            }
            lists = {"old_reaction": _reactions(old), "new_reaction": _reactions(emoji)}
            self.push("message_reaction", about | lists)

    def set_bot_status(self, chat: int, status: str, *, user: int = ANA) -> None:
        """Have the bot added, made `administrator`, removed (`left`, `kicked`) or, directly, blocked (`kicked`)."""
        where = self.direct(user) if chat == user else self.chats[chat]
        old, where.bot_status = where.bot_status, status
        about: Json = {"chat": self.chat_object(where), "from": self.find_person(user), "date": now()}
        self.push(
            "my_chat_member", about | {"old_chat_member": self._member(old), "new_chat_member": self._member(status)}
        )

    def migrate(self, chat: int, *, tell: bool = True) -> int:
        """Have a group become a supergroup and return the new id. Both chats `tell` of it."""
        old = self.chats[chat]
        new = self.group(-1_000_000_000_000 - self._new_id(), type="supergroup", status=old.bot_status)
        old.migrated_to = new
        if tell:
            self.push("message", self.make_message(chat, "", ANA, migrate_to_chat_id=new))
            self.push("message", self.make_message(new, "", ANA, migrate_from_chat_id=chat))
        return new

    def open_topic(self, chat: int, name: str) -> int:
        """Have somebody begin a topic of a forum and return its id."""
        created = {"name": name, "icon_color": 7322096}
        topic = self._new_id()
        self.chats[chat].topics[topic] = name
        about = self.make_message(chat, "", ANA, topic=topic, message_id=topic, forum_topic_created=created)
        self.push("message", about)
        return topic

    def group(
        self, id_: int, *, type: str = "group", status: str = "member", forum: bool = False, title: str = "Friends"
    ) -> int:
        """Make a group that has the bot in it and return its id."""
        self.chats[id_] = Chat(id_, type, title, status, forum)
        return id_

    def direct(self, person: int) -> Chat:
        """A person's chat with the bot, begun if need be."""
        self.find_person(person)
        return self.chats.setdefault(person, Chat(person, "private"))

    def revoke(self) -> None:
        """Have the bot's owner take its token back."""
        self.token = None
        self.happened()

    def repeat(self, times: int = 1) -> None:
        """Have the latest update that waits arrive so many times more."""
        self.updates += [self.updates[-1]] * times

    def find_person(self, id_: int) -> Json:
        """A person's User object. Whoever asks for a new number gets somebody new."""
        return self.people.setdefault(id_, user(id_, f"person{id_}"))

    def push(self, kind: str, payload: Json) -> int:
        """Queue an update if the bot wants its kind, and return its id."""
        self._next_update += 1
        if kind in self.allowed or not (self.allowed or kind in NOT_BY_DEFAULT):
            self.updates.append({"update_id": self._next_update, kind: payload})
            self.happened()
        return self._next_update

    def confirm(self, offset: int) -> None:
        """Forget the updates below an offset."""
        self.updates = [update for update in self.updates if update["update_id"] >= offset]

    # Objects

    def make_message(
        self, chat: int, text: str, sender: int, *, reply_to: int | None = None, topic: int | None = None, **about: Any
    ) -> Json:
        """A message that is now in its chat."""
        if chat > 0:
            self.direct(chat)
        where = self.chats[chat]
        message: Json = {"message_id": self._new_id(), "date": now(), "chat": self.chat_object(where)}
        if where.type == "channel":
            message["sender_chat"] = message["chat"]
        else:
            message["from"] = self.me if sender == ME else self.find_person(sender)
        if text:
            message |= {"text": text, "entities": find_entities(text)}
        if topic is not None:
            message |= {"message_thread_id": topic, "is_topic_message": True}
        if reply_to is not None:
            message["reply_to_message"] = {k: v for k, v in where.messages[reply_to].items() if k != "reply_to_message"}
        message |= about
        where.messages[message["message_id"]] = message
        return message

    def chat_object(self, chat: Chat) -> Json:
        """A Chat object."""
        if chat.is_private:
            person = self.people[chat.id]
            return {
                "id": chat.id,
                "type": "private",
                "first_name": person["first_name"],
                "username": person["username"],
            }
        return {"id": chat.id, "type": chat.type, "title": chat.title} | ({"is_forum": True} if chat.is_forum else {})

    def find_chat(self, id_: int) -> Chat:
        """A chat the bot may write to. Raises Refused."""
        chat = self.chats.get(id_)
        if chat is None and id_ in self.people:
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        if chat is None:
            raise Refused(400, "Bad Request: chat not found")
        if chat.migrated_to is not None:
            upgraded = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, upgraded, migrate_to_chat_id=chat.migrated_to)
        if chat.bot_status in {"kicked", "left"}:
            blocked = "blocked by the user" if chat.is_private else f"kicked from the {chat.type} chat"
            raise Refused(403, f"Forbidden: bot was {blocked}")
        return chat

    def count_send(self, chat: Chat) -> None:
        """Keep the flood limits: 1/s a chat, 30/s in all, 20/min a group. Raises Refused with 429.

        A tenth less is asked than the platform says, for calls travel differently long.
        """
        limits = [(chat.sends, 1, 0.9), (self._sends, 30, 0.9)]
        if not chat.is_private:
            limits.append((chat.sends, 20, 54.0))
        at = time.monotonic()
        waits = [sends[-count] + window - at for sends, count, window in limits if len(sends) >= count]
        if self.flood_limits and max(waits, default=0.0) > 0:
            self.floods += 1
            seconds = int(max(waits)) + 1
            raise Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        for sends in (chat.sends, self._sends):
            sends.append(at)

    def _is_shown_to_bot(self, chat: Chat, message: Json) -> bool:
        if chat.bot_status in {"left", "kicked"} or message.get("from", {}).get("is_bot"):
            return False
        if chat.is_private or chat.type == "channel" or chat.bot_status == "administrator" or self.reads_everything:
            return True
        words = (message.get("text") or message.get("caption") or "").lower()
        answers_me = message.get("reply_to_message", {}).get("from", {}).get("id") == ME
        command = words.startswith("/") and ("@" not in words.split()[0] or f"@{USERNAME}" in words.split()[0])
        return answers_me or command or f"@{USERNAME}" in words

    def _member(self, status: str) -> Json:
        about: Json = {"user": self.me, "status": status}
        if status == "kicked":
            about["until_date"] = 0
        if status == "administrator":
            about |= dict.fromkeys(RIGHTS, False)
        return about

    def _new_id(self) -> int:
        self._next += 1
        return self._next


RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def _reactions(emoji: Iterable[str]) -> list[Json]:
    return [{"type": "emoji", "emoji": one} for one in emoji]
