"""The connection to Discord: what arrives is acknowledged, converted and lined up for the host."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Literal

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord import calls, changes, convert
from adapters.discord.failures import FAILURES
from adapters.discord.reader import Reader
from adapters.discord.tokens import ReplyToken
from adapters.discord.watermarks import Place, Watermarks
from bot.adapter import Publish
from bot.events import MessageReceived, PlatformEvent
from bot.settings import DiscordSettings

LOOKED_THROUGH, MISSED = 100, 20
"""Of a channel's latest so many messages, at most so many missed ones are answered."""
STORE_SECONDS, ACK_SECONDS = 1.0, 5.0
"""How long an acknowledgement waits for the store, and an answer for the acknowledgement. Discord waits for three."""
ANSWERABLE = (
    discord.InteractionType.application_command,
    discord.InteractionType.component,
    discord.InteractionType.modal_submit,
)

Report = Callable[[Literal["ready", "resumed", "gap", "lost"]], None]

_log = structlog.get_logger(__name__)


class Client(discord.AutoShardedClient):
    """discord.py's client. It keeps nothing of what it hears: no message cache, no members."""

    def __init__(
        self, settings: DiscordSettings, watermarks: Watermarks, report: Report, private: Callable[[str], bool]
    ) -> None:
        """`private` says whether the answers of a command are for its caller only."""
        super().__init__(
            intents=_intents(settings),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._connection.parsers["MESSAGE_CREATE"] = self._parse_message
        self._gateway = yarl.URL(settings.gateway_url) if settings.gateway_url else None
        self._watermarks = watermarks
        self._report = report
        self._private = private
        self._acks: dict[int, asyncio.Task[None]] = {}
        self._stored: dict[str, asyncio.Event] = {}
        self._missed = False
        self._begun: set[int] = set()
        self.reader: Reader | None = None

    def listen_for(self, reader: Reader, *, missed: bool) -> None:
        """Line up for `reader` what arrives; `missed` says that there were sessions before this one."""
        self.reader = reader
        self._missed = missed

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """See discord.py: where the settings name a gateway, it is that one."""
        await super().launch_shard(self._gateway or gateway, shard_id, initial=initial)

    def noting_what_is_stored(self, publish: Publish) -> Publish:
        """Return a `publish` that also lets waiting acknowledgements go."""

        async def publish_and_note(event: PlatformEvent) -> None:
            await publish(event)
            if (stored := self._stored.pop(event.update_id, None)) is not None:
                stored.set()

        return publish_and_note

    async def acknowledged(self, interaction: int) -> None:
        """Return once an interaction has been acknowledged, or could not be."""
        if task := self._acks.get(interaction):
            await asyncio.wait({task}, timeout=ACK_SECONDS)

    async def disconnect(self) -> None:
        """Receive nothing further. Messages can still be sent."""
        self.reader = None
        await asyncio.gather(*(shard.disconnect() for shard in self.shards.values()), return_exceptions=True)

    async def fetch_missed(self, place: Place, after: int, before: int | None) -> Sequence[MessageReceived]:
        """What in a channel is newer than `after`, older than `before` and addressed to the bot, oldest first."""
        guild = self.get_guild(place.guild) if place.guild else None
        channel = guild.get_channel_or_thread(place.channel) if guild else None
        if not isinstance(channel, discord.abc.Messageable):
            channel = self.get_partial_messageable(place.channel, guild_id=place.guild)
        newer, older = discord.Object(after), None if before is None else discord.Object(before)
        history = channel.history(limit=LOOKED_THROUGH, after=newer, before=older, oldest_first=False)
        found = [message async for message in history]
        events = [event for m in reversed(found) if (event := convert.to_message(m, self._me)) is not None]
        asked = [event for event in events if event.is_direct or event.mentions_me or event.replies_to_me]
        if len(asked) > MISSED:
            _log.warning("more was missed than is answered", channel=place.channel, left_out=len(asked) - MISSED)
        return asked[-MISSED:]

    # The connection

    async def on_shard_connect(self, shard_id: int) -> None:
        """A session began anew: Discord does not repeat what happened before it."""
        first = shard_id not in self._begun and not self._missed
        self._begun.add(shard_id)
        if first:
            self._report("ready")
        if first or self.reader is None:
            return
        self._report("gap")
        self.reader.begin_session(shard_id, self.shard_count or 1)
        if shard_id == 0:
            for channel in await self._watermarks.of(None):
                self._take(Place(channel, None), None)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server's channels are known: those with something newer than what was read catch up."""
        read = await self._watermarks.of(guild.id)
        for channel in (*guild.channels, *guild.threads):
            last: int | None = getattr(channel, "last_message_id", None)
            place = Place(channel.id, guild.id)
            if last is not None and last > (read.get(channel.id) or await self._watermarks.at(place)):
                self._take(place, None)

    async def on_shard_ready(self, shard_id: int) -> None:
        """All servers of a shard are known, so what they missed is being fetched."""
        self._report("ready")

    async def on_shard_resumed(self, shard_id: int) -> None:
        """The session went on: nothing was missed."""
        self._report("resumed")

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """The library will connect again."""
        self._report("lost")

    # What people do

    def _parse_message(self, data: Any) -> None:
        """Make no objects of what bots write, for none of it is read; this one's own answers come back to it too."""
        if not (data.get("webhook_id") or data.get("author", {}).get("bot")):
            self._connection.parse_message_create(data)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote something."""
        if (event := convert.to_message(message, self._me)) is not None:
            self._take(Place(message.channel.id, convert.guild_of(message)), event)

    async def on_raw_message_edit(self, raw: discord.RawMessageUpdateEvent) -> None:
        """A message was changed, or Discord showed a link in it."""
        if (event := convert.to_edit(raw.message, self._me)) is not None:
            self._take(Place(raw.channel_id, raw.guild_id), event)

    async def on_raw_message_delete(self, raw: discord.RawMessageDeleteEvent) -> None:
        """A message was deleted."""
        self._delete(raw, raw.message_id)

    async def on_raw_bulk_message_delete(self, raw: discord.RawBulkMessageDeleteEvent) -> None:
        """A moderator deleted many messages."""
        self._delete(raw, *sorted(raw.message_ids))

    async def on_raw_reaction_add(self, raw: discord.RawReactionActionEvent) -> None:
        """Somebody reacted."""
        if raw.user_id != self._me and not (raw.member and raw.member.bot):
            self._take(Place(raw.channel_id, raw.guild_id), changes.to_reaction(raw))

    on_raw_reaction_remove = on_raw_reaction_add

    async def on_raw_reaction_clear(self, raw: discord.RawReactionClearEvent) -> None:
        """A moderator removed reactions."""
        self._take(Place(raw.channel_id, raw.guild_id), changes.to_cleared_reactions(raw))

    async def on_raw_reaction_clear_emoji(self, raw: discord.RawReactionClearEmojiEvent) -> None:
        """A moderator removed one emoji's reactions."""
        self._take(Place(raw.channel_id, raw.guild_id), changes.to_cleared_reactions(raw))

    async def on_thread_create(self, thread: discord.Thread) -> None:
        """A thread began."""
        self._take(Place(thread.id, thread.guild.id), changes.to_thread(thread))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot came to a server."""
        self._take(Place(guild.id, guild.id), changes.to_membership(guild, "joined"))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot is gone from a server."""
        self._take(Place(guild.id, guild.id), changes.to_membership(guild, "left"))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A slash command was called or a button pressed: Discord waits three seconds for a sign."""
        if interaction.type not in ANSWERABLE or interaction.channel_id is None or self.reader is None:
            return
        stored = self._stored[str(interaction.id)] = asyncio.Event()
        ack = self._acks[interaction.id] = asyncio.create_task(self._acknowledge(interaction, stored))
        ack.add_done_callback(lambda _: self._acks.pop(interaction.id, None))
        token = self._token(interaction)
        self._take(Place(interaction.channel_id, interaction.guild_id), calls.to_call(interaction, token))

    async def _acknowledge(self, interaction: discord.Interaction[Any], stored: asyncio.Event) -> None:
        """Show that an answer is being made; a pressed button shows nothing, as nothing may come of it.

        What was acknowledged is answered even by the next process: so it is stored first, if that does not take long.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(stored.wait(), STORE_SECONDS)
        self._stored.pop(str(interaction.id), None)
        try:
            token = self._token(interaction)
            await interaction.response.defer(ephemeral=token.ephemeral, thinking=token.kind == "command")
        except FAILURES as error:
            # Too late, or done already: what is answered says so once more, and finds another way.
            _log.warning("an interaction was not acknowledged", error=type(error).__name__)

    def _token(self, interaction: discord.Interaction[Any]) -> ReplyToken:
        if interaction.type is not discord.InteractionType.application_command:
            return ReplyToken("button", interaction.id, interaction.application_id, False, interaction.token)
        name, _ = calls.read_options(dict(interaction.data or {}))
        private = self._private(name)
        return ReplyToken("command", interaction.id, interaction.application_id, private, interaction.token)

    def _delete(self, raw: discord.RawMessageDeleteEvent | discord.RawBulkMessageDeleteEvent, *messages: int) -> None:
        for message in messages:
            event = convert.to_deletion(message, raw.channel_id, raw.guild_id)
            self._take(Place(raw.channel_id, raw.guild_id), event)

    def _take(self, place: Place, event: PlatformEvent | None) -> None:
        if self.reader is not None:
            self.reader.take(place, event)

    @property
    def _me(self) -> int:
        return self.user.id if self.user else 0


def point_at(settings: DiscordSettings) -> None:
    """Have discord.py talk to the API and the gateway that the settings name. It knows only one of each a process."""
    if settings.api_base:
        Route.BASE = settings.api_base.rstrip("/")
    if settings.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)


def _intents(settings: DiscordSettings) -> discord.Intents:
    intents = discord.Intents.none()
    intents.guilds = intents.guild_messages = intents.dm_messages = True
    intents.guild_reactions = intents.dm_reactions = True
    intents.message_content = settings.message_content
    return intents
