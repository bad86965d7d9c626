"""What there is on the simulated Discord, and what people do there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators import discord_payloads as shape
from tests.simulators.discord_payloads import Json, snowflake
from tests.simulators.simulator import SimulatedWorld

DEFERRED, DEFERRED_UPDATE = 5, 6
EPHEMERAL, LOADING = 1 << 6, 1 << 7


class Refused(Exception):
    """What the platform does not take: an HTTP status and the body that says why."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status} {body.get('code')}: {body.get('message')}")
        self.status = status
        self.body = body


@dataclass
class Channel:
    """A text channel, a direct chat (`recipient`) or a thread (`parent_id`). `messages` holds what everybody sees."""

    id: int
    type: int
    name: str = ""
    guild_id: int | None = None
    parent_id: int | None = None
    recipient: int | None = None
    messages: dict[int, Json] = field(default_factory=dict[int, Json])
    refusal: Refused | None = None

    @property
    def is_thread(self) -> bool:
        return self.parent_id is not None

    def payload(self, people: Mapping[int, Json]) -> Json:
        """The channel as the API shows it."""
        last = str(max(self.messages)) if self.messages else None
        about: Json = {"id": str(self.id), "type": self.type, "last_message_id": last, "flags": 0}
        if self.recipient is not None:
            return {**about, "recipients": [people[self.recipient]]}
        about |= {"guild_id": str(self.guild_id), "name": self.name, "rate_limit_per_user": 0}
        about |= {"parent_id": str(self.parent_id) if self.parent_id else None, "permissions": shape.PERMISSIONS}
        if not self.is_thread:
            return {**about, "position": 0, "permission_overwrites": [], "nsfw": False, "topic": None}
        settled = {"archived": False, "locked": False, "auto_archive_duration": 1440, "archive_timestamp": shape.iso()}
        about |= {"owner_id": "1", "message_count": 0, "total_message_sent": 0, "member_count": 1}
        return {**about, "thread_metadata": settled | {"create_timestamp": shape.iso()}}


@dataclass
class Guild:
    """A server: its channels and threads are the world's channels of that guild id."""

    id: int
    name: str


@dataclass
class Call:
    """A request the bot made, and how it was answered (0: not at all)."""

    method: str
    path: str
    body: Json
    status: int
    at: float


class World(SimulatedWorld):
    """Discord with one application on it.

    There is a server with two channels, and Ann and Bob, who can also write directly. `messages` of a channel are in
    the order of their ids.
    """

    def __init__(self, *, token: str = "sim.token.of-the-bot", shards: int = 1) -> None:
        super().__init__()
        self.token = token
        self.shards = shards
        self.app_id, self.guild_id, self.general, self.quiet = 100, 7 << 22, 301, 302
        self.ann, self.bob, self.other_bot = 201, 202, 203
        self.people: dict[int, Json] = {
            self.app_id: shape.user(self.app_id, "familiar", bot=True),
            self.ann: shape.user(self.ann, "ann"),
            self.bob: shape.user(self.bob, "bob"),
            self.other_bot: shape.user(self.other_bot, "beep", bot=True),
        }
        self.guilds: dict[int, Guild] = {self.guild_id: Guild(self.guild_id, "Garden")}
        self.channels: dict[int, Channel] = {
            id_: Channel(id_, shape.TEXT, name, self.guild_id)
            for id_, name in ((self.general, "general"), (self.quiet, "quiet"))
        }
        self.content_intent = True
        """The switch "Message Content Intent" of the Developer Portal."""
        self.permissions = shape.PERMISSIONS
        """What the bot may do in every server."""
        self.nonces: dict[tuple[int, str], int] = {}
        self.commands: list[Json] = []
        self.interactions: dict[int, Interaction] = {}
        self.whispers: list[Json] = []
        """Ephemeral messages: seen by the one who called, and in no channel."""
        self.pings: list[int] = []
        """Whom the bot's messages notified; 0 is @everyone."""
        self.typing: list[int] = []
        self.calls: list[Call] = []
        self.limit: tuple[int, float] = (10_000, 1.0)
        """So many messages a channel takes within so many seconds. Discord's own is about (5, 5.0)."""
        self.listeners: list[Callable[[str, Json, int | None], None]] = []

    # What tests read

    def texts(self, channel: int) -> list[str]:
        """What the bot has said in a channel, in the order people see it."""
        return [message["content"] for message in self.said(channel)]

    def said(self, channel: int) -> list[Json]:
        """The bot's messages in a channel that everybody sees, placeholders aside."""
        mine = str(self.app_id)
        found = self.channels.get(channel)
        seen = sorted(found.messages.items()) if found else []
        return [m for _, m in seen if m["author"]["id"] == mine and not m["flags"] & LOADING]

    def requests(self, method: str, path: str) -> list[Call]:
        """The calls whose path matches a pattern."""
        return [call for call in self.calls if call.method == method and re.fullmatch(path, call.path)]

    def whispered(self) -> list[str]:
        """The texts of ephemeral messages that are more than a placeholder."""
        return [message["content"] for message in self.whispers if not message["flags"] & LOADING]

    # What people do

    def meet(self, name: str) -> int:
        """Have somebody new come to Discord."""
        id_ = snowflake()
        self.people[id_] = shape.user(id_, name)
        return id_

    def direct(self, person: int) -> int:
        """The channel in which a person writes to the bot directly."""
        for channel in self.channels.values():
            if channel.recipient == person:
                return channel.id
        channel = Channel(snowflake(), shape.DM, recipient=person)
        self.channels[channel.id] = channel
        return channel.id

    def say(
        self,
        channel: int,
        text: str,
        *,
        author: int = 201,
        reply_to: int | None = None,
        attachments: Iterable[Json] = (),
        silent: bool = False,
        **about: Any,
    ) -> int:
        """Have somebody write something and return the message's id. A `silent` one never reaches the gateway."""
        message = self.make_message(channel, author, text, reply_to=reply_to, attachments=attachments, **about)
        self.channels[channel].messages[int(message["id"])] = message
        if not silent:
            self.repeat(channel, int(message["id"]))
        return int(message["id"])

    def mention(self, channel: int, text: str, **about: Any) -> int:
        """Have somebody address the bot."""
        return self.say(channel, f"<@{self.app_id}> {text}", **about)

    def repeat(self, channel: int, message: int, times: int = 1) -> None:
        """Have the gateway deliver a message, again if it did so before."""
        where = self.channels[channel]
        payload = dict(where.messages[message])
        if where.guild_id is not None:
            payload["member"] = shape.member(payload["author"])
        for _ in range(times):
            self.dispatch("MESSAGE_CREATE", payload, where.guild_id)

    def edit(self, channel: int, message: int, text: str | None = None) -> None:
        """Have a message changed; without a text only its embeds are, as when a link was looked up."""
        where = self.channels[channel]
        payload = where.messages[message]
        if text is None:
            payload["embeds"] = [{"type": "link", "url": "https://example.org"}]
        else:
            payload |= {"content": text, "edited_timestamp": shape.iso()} | self._mentions(text)
        self.dispatch("MESSAGE_UPDATE", dict(payload), where.guild_id)

    def delete(self, channel: int, *messages: int) -> None:
        """Have messages deleted: several at once as moderators do."""
        where = self.channels[channel]
        for message in messages:
            where.messages.pop(message, None)
        about = {"channel_id": str(channel), **self._guild_field(where)}
        if len(messages) == 1:
            self.dispatch("MESSAGE_DELETE", {"id": str(messages[0]), **about}, where.guild_id)
        else:
            self.dispatch("MESSAGE_DELETE_BULK", {"ids": [str(id_) for id_ in messages], **about}, where.guild_id)

    def react(self, channel: int, message: int, emoji: str, *, person: int = 201, removed: bool = False) -> None:
        """Have somebody add or remove a reaction."""
        where = self.channels[channel]
        about = {"user_id": str(person), "channel_id": str(channel), "message_id": str(message), "burst": False}
        about |= {"emoji": {"id": None, "name": emoji}, "type": 0, **self._guild_field(where)}
        if not removed and where.guild_id is not None:
            about["member"] = shape.member(self.people[person])
        self.dispatch(f"MESSAGE_REACTION_{'REMOVE' if removed else 'ADD'}", about, where.guild_id)

    def clear_reactions(self, channel: int, message: int) -> None:
        """Have a moderator remove all reactions of a message."""
        where = self.channels[channel]
        about = {"channel_id": str(channel), "message_id": str(message), **self._guild_field(where)}
        self.dispatch("MESSAGE_REACTION_REMOVE_ALL", about, where.guild_id)

    def join(self, name: str) -> int:
        """Have the bot added to another server, with one channel of the same id."""
        guild = Guild(snowflake(), name)
        self.guilds[guild.id] = guild
        self.channels[guild.id] = Channel(guild.id, shape.TEXT, "general", guild.id)
        self.dispatch("GUILD_CREATE", self.guild_payload(guild.id), guild.id)
        return guild.id

    def leave(self, guild: int) -> None:
        """Have the bot removed from a server."""
        del self.guilds[guild]
        self.dispatch("GUILD_DELETE", {"id": str(guild)}, guild)

    def open_channel(self, name: str) -> int:
        """Have a channel made in the first server."""
        channel = Channel(snowflake(), shape.TEXT, name, self.guild_id)
        self.channels[channel.id] = channel
        self.dispatch("CHANNEL_CREATE", channel.payload(self.people), self.guild_id)
        return channel.id

    def open_thread(self, channel: int, name: str) -> int:
        """Have somebody begin a thread."""
        parent = self.channels[channel]
        thread = Channel(snowflake(), shape.PUBLIC_THREAD, name, parent.guild_id, parent_id=channel)
        self.channels[thread.id] = thread
        self.dispatch("THREAD_CREATE", {**thread.payload(self.people), "newly_created": True}, parent.guild_id)
        return thread.id

    # Objects

    def dispatch(self, event: str, data: Json, guild_id: int | None) -> None:
        """Hand an event to the gateway."""
        for listener in self.listeners:
            listener(event, data, guild_id)
        self.happened()

    def make_message(
        self,
        channel: int,
        author: int,
        text: str,
        *,
        reply_to: int | None = None,
        attachments: Iterable[Json] = (),
        **about: Any,
    ) -> Json:
        """A message object, not yet in its channel. `about` overrides fields."""
        where = self.channels[channel]
        payload: Json = {
            "id": str(about.pop("id", None) or snowflake()),
            "type": 0,
            "channel_id": str(channel),
            "author": self.people[author],
            "content": text,
            "timestamp": shape.iso(),
            "edited_timestamp": None,
            "tts": False,
            "pinned": False,
            "flags": 0,
            "attachments": [_attachment(number, about_it) for number, about_it in enumerate(attachments)],
            "embeds": [],
            "components": [],
            **self._mentions(text),
            **self._guild_field(where),
        }
        if reply_to is not None:
            payload["type"] = 19
            payload["message_reference"] = {"message_id": str(reply_to), "channel_id": str(channel)}
            payload["referenced_message"] = where.messages.get(reply_to)
        return payload | about

    def guild_payload(self, guild: int) -> Json:
        """The object of GUILD_CREATE."""
        mine = [channel for channel in self.channels.values() if channel.guild_id == guild]
        plain = [channel.payload(self.people) for channel in mine if not channel.is_thread]
        threads = [channel.payload(self.people) for channel in mine if channel.is_thread]
        return shape.guild(guild, self.guilds[guild].name, self.people[self.app_id], plain, threads)

    def channel(self, id_: int) -> Channel:
        """A channel the bot can see. Raises Refused with 10003 or 50001."""
        found = self.channels.get(id_)
        if found is None:
            raise Refused(404, shape.refusal(10003, "Unknown Channel"))
        if found.guild_id is not None and found.guild_id not in self.guilds:
            raise Refused(403, shape.refusal(50001, "Missing Access"))
        return found

    def _mentions(self, text: str) -> Json:
        ids = dict.fromkeys(int(id_) for id_ in re.findall(r"<@!?(\d+)>", text))
        return {
            "mentions": [self.people[id_] for id_ in ids if id_ in self.people],
            "mention_roles": re.findall(r"<@&(\d+)>", text),
            "mention_everyone": "@everyone" in text,
        }

    def _guild_field(self, channel: Channel) -> Json:
        return {} if channel.guild_id is None else {"guild_id": str(channel.guild_id)}


@dataclass
class Interaction:
    """A command that was called or a button that was pressed, and how far it has come."""

    id: int
    token: str
    type: int
    channel: int
    person: int
    source: Json | None = None
    """The message whose button was pressed."""
    callback: int | None = None
    ephemeral: bool = False
    original: Json | None = None
    """The message that answers it: a placeholder at first, when it was deferred."""
    expired: bool = False


def _attachment(number: int, about: Json) -> Json:
    name = about.get("filename", "file.bin")
    url = f"https://cdn.discordapp.com/attachments/1/{number}/{name}"
    return {"id": str(snowflake()), "filename": name, "size": 1, "url": url, "proxy_url": url, **about}
