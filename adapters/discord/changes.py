"""From reactions, threads and memberships to events: pure functions."""

from __future__ import annotations

from typing import Any, Literal
from uuid import uuid4

import discord
from discord.utils import snowflake_time, utcnow

from adapters.discord.convert import NOBODY, PLATFORM, place_of, to_author, where
from bot.events import Author, MembershipChanged, ReactionChanged, ThreadCreated, UserRef

ALL = "*"
"""Among removed reactions: every one there was."""


def to_reaction(raw: discord.RawReactionActionEvent) -> ReactionChanged:
    """A reaction that came or went."""
    person = Author(UserRef(PLATFORM, str(raw.user_id)), "") if raw.member is None else to_author(raw.member)
    emoji = (raw.emoji.name or str(raw.emoji.id),)
    added = raw.event_type == "REACTION_ADD"
    return _reaction(raw, person, added=emoji if added else (), removed=() if added else emoji)


def to_cleared_reactions(raw: discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent) -> ReactionChanged:
    """Reactions that a moderator took away: all of one emoji, or all there were."""
    emoji = raw.emoji.name if isinstance(raw, discord.RawReactionClearEmojiEvent) else ALL
    return _reaction(raw, NOBODY, removed=(emoji or ALL,))


def to_membership(guild: discord.Guild, change: Literal["joined", "left"]) -> MembershipChanged:
    """The bot came to a server or is gone from it. The conversation is where Discord greets people."""
    channel = guild.system_channel.id if guild.system_channel else guild.id
    update_id = f"{change}:{guild.id}:{uuid4().hex}"
    return MembershipChanged(at=utcnow(), update_id=update_id, author=NOBODY, change=change, **where(channel, guild.id))


def to_thread(thread: discord.Thread) -> ThreadCreated:
    """A thread that began."""
    owner = Author(UserRef(PLATFORM, str(thread.owner_id or "")), "")
    about = place_of(thread, thread.guild.id)
    return ThreadCreated(at=snowflake_time(thread.id), update_id=f"thread:{thread.id}", author=owner, **about)


def _reaction(raw: Any, author: Author, added: tuple[str, ...] = (), removed: tuple[str, ...] = ()) -> ReactionChanged:
    """Discord numbers no reactions, and one may come, go and come again: each arrival is a fact of its own."""
    about = where(raw.channel_id, raw.guild_id)
    update_id = f"reaction:{raw.message_id}:{uuid4().hex}"
    return ReactionChanged(
        at=utcnow(),
        update_id=update_id,
        author=author,
        message_id=str(raw.message_id),
        added=added,
        removed=removed,
        **about,
    )
