"""From Discord's messages to events: pure functions, nothing is fetched here."""

from __future__ import annotations

from typing import Any

import discord
from discord.utils import utcnow

from adapters.discord.markup import read_text
from bot.events import Attachment, Author, ConversationRef, MessageDeleted, MessageEdited, MessageReceived, UserRef

PLATFORM = "discord"
NOBODY = Author.unknown(PLATFORM)

_WRITTEN = (discord.MessageType.default, discord.MessageType.reply)


def to_message(message: discord.Message, me: int) -> MessageReceived | None:
    """What a person wrote; None for what bots, webhooks or Discord itself put there."""
    if message.author.bot or message.webhook_id is not None or message.type not in _WRITTEN:
        return None
    answered = message.reference.resolved if message.reference else None
    return MessageReceived(
        at=message.created_at,
        update_id=str(message.id),
        author=to_author(message.author),
        message_id=str(message.id),
        text=_text(message, me),
        is_direct=guild_of(message) is None,
        mentions_me=_mentions(message, me),
        reply_to=str(message.reference.message_id) if message.reference and message.reference.message_id else None,
        replies_to_me=isinstance(answered, discord.Message) and answered.author.id == me,
        attachments=_attachments(message),
        **place_of(message.channel, guild_of(message)),
    )


def to_edit(message: discord.Message, me: int) -> MessageEdited | None:
    """What a person changed; None where it was not the text, as when Discord looked up a link."""
    if message.author.bot or message.webhook_id is not None or message.edited_at is None:
        return None
    return MessageEdited(
        at=message.edited_at,
        update_id=f"edit:{message.id}:{message.edited_at.timestamp()}",
        author=to_author(message.author),
        message_id=str(message.id),
        text=_text(message, me),
        edited_at=message.edited_at,
        **place_of(message.channel, guild_of(message)),
    )


def to_deletion(message: int, channel: int, guild: int | None) -> MessageDeleted:
    """A message that is gone: Discord does not tell whose it was or who took it away."""
    about = where(channel, guild)
    return MessageDeleted(at=utcnow(), update_id=f"delete:{message}", author=NOBODY, message_id=str(message), **about)


def to_author(person: discord.User | discord.Member | discord.abc.User) -> Author:
    """Who did something, under the name that is shown."""
    return Author(UserRef(PLATFORM, str(person.id)), person.display_name, person.bot)


def where(channel: int, guild: int | None, parent: int | None = None) -> dict[str, Any]:
    """The fields that say where something happened."""
    branched = None if parent is None else ConversationRef(PLATFORM, str(parent))
    space = None if guild is None else str(guild)
    return {"conversation": ConversationRef(PLATFORM, str(channel)), "space": space, "parent": branched}


def guild_of(message: discord.Message) -> int | None:
    """The server a message is in, also one that discord.py does not know at the moment; None for a direct message."""
    return message.guild.id if message.guild else getattr(message.channel, "guild_id", None)


def place_of(channel: Any, guild: int | None) -> dict[str, Any]:
    """The same for a channel of discord.py's, which knows whether it is a thread."""
    return where(channel.id, guild, channel.parent_id if isinstance(channel, discord.Thread) else None)


def _mentions(message: discord.Message, me: int) -> bool:
    """By name, or by the role that Discord made for the bot alone and offers beside it."""
    roles = (role.tags for role in message.role_mentions)
    return any(person.id == me for person in message.mentions) or any(tags and tags.bot_id == me for tags in roles)


def _text(message: discord.Message, me: int) -> str:
    if "<" not in message.content:  # nobody is mentioned and no emoji is the server's own
        return message.content.strip()
    return read_text(message.content, me, _names(message))


def _names(message: discord.Message) -> dict[int, str]:
    names = {person.id: person.display_name for person in message.mentions}
    names |= {role.id: role.name for role in message.role_mentions}
    return names | {channel.id: channel.name for channel in message.channel_mentions}


def _attachments(message: discord.Message) -> tuple[Attachment, ...]:
    files = (Attachment(_kind(file), file.filename, file.size) for file in message.attachments)
    return (*files, *(Attachment("sticker", sticker.name) for sticker in message.stickers))


def _kind(file: discord.Attachment) -> str:
    if file.is_voice_message():
        return "voice message"
    kind = (file.content_type or "").partition("/")[0]
    return {"image": "photo", "video": "video", "audio": "audio"}.get(kind, "file")
