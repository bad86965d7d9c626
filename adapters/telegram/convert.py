"""From Telegram's updates to events: pure functions, nothing is read or written here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, MessageReactionUpdated, Update, User

from adapters.telegram.places import PLATFORM, Place, Press
from adapters.telegram.reading import Me, name_reactions, read_attachments, read_words
from bot.events import (
    ActionInvoked,
    Author,
    CommandInvoked,
    ConversationMigrated,
    MembershipChanged,
    MessageEdited,
    MessageReceived,
    PlatformEvent,
    ReactionChanged,
    ThreadCreated,
    UserRef,
)

PRESENT = frozenset({"creator", "administrator", "member", "restricted"})


def to_event(update: Update, me: Me, now: datetime) -> PlatformEvent | None:
    """What an update tells, or None where it tells nothing that matters. `now` dates what Telegram does not."""
    number = str(update.update_id)
    if written := update.message or update.channel_post:
        return _read_message(written, number, me)
    if changed := update.edited_message or update.edited_channel_post:
        return _read_edit(changed, number, me)
    if update.callback_query:
        return _read_press(update.callback_query, number, now)
    if update.message_reaction:
        return _read_reaction(update.message_reaction, number)
    if update.my_chat_member:
        return _read_membership(update.my_chat_member, number)
    return None


def tell_migration(old: int, new: int, at: datetime, author: Author | None = None) -> ConversationMigrated:
    """A group became a supergroup. Both chats tell of it, and refused sends do: it is one fact with one id."""
    return ConversationMigrated(
        at=at,
        update_id=f"migration {old} {new}",
        conversation=Place(new).conversation,
        author=author or Author.unknown(PLATFORM),
        space=str(new),
        old=Place(old).conversation,
    )


def _read_message(message: Message, number: str, me: Me) -> PlatformEvent | None:
    author = _author(message.from_user, message.sender_chat)
    if message.migrate_to_chat_id:
        return tell_migration(message.chat.id, message.migrate_to_chat_id, message.date, author)
    if message.migrate_from_chat_id:
        return tell_migration(message.migrate_from_chat_id, message.chat.id, message.date, author)
    about: dict[str, Any] = _where(message.chat, author, message) | {"at": message.date, "update_id": number}
    if message.forum_topic_created:
        return ThreadCreated(**about)
    words, attachments = read_words(message, me), read_attachments(message)
    if not (words.text or words.mentions_me or attachments):
        return None  # a notice: somebody joined, something was pinned
    about |= {"message_id": str(message.message_id), "is_direct": message.chat.type == Chat.PRIVATE}
    if words.command is not None:
        name, _, target = words.command[1:].partition("@")
        if target and target.lower() != me.username.lower():
            return None
        arguments = words.text[len(words.command) :].strip()
        return CommandInvoked(**about, name=name.lower(), arguments=arguments, mentions_me=bool(target))
    answered = _answered(message)
    return MessageReceived(
        **about,
        text=words.text,
        mentions_me=words.mentions_me,
        reply_to=str(answered.message_id) if answered else None,
        replies_to_me=bool(answered and answered.from_user and answered.from_user.id == me.id),
        attachments=attachments,
    )


def _read_edit(message: Message, number: str, me: Me) -> MessageEdited:
    edited_at = message.edit_date or message.date
    return MessageEdited(
        **_where(message.chat, _author(message.from_user, message.sender_chat), message),
        at=edited_at,
        update_id=number,
        message_id=str(message.message_id),
        text=read_words(message, me).text,
        edited_at=edited_at,
    )


def _read_press(query: CallbackQuery, number: str, now: datetime) -> ActionInvoked | None:
    source = query.message
    if query.data is None or source is None:
        return None
    where = _where(source.chat, _author(query.from_user), source if isinstance(source, Message) else None)
    where["reply_token"] = Press(query.id, query.from_user.id).token
    return ActionInvoked(**where, at=now, update_id=number, payload=query.data, message_id=str(source.message_id))


def _read_reaction(change: MessageReactionUpdated, number: str) -> ReactionChanged:
    old, new = name_reactions(change.old_reaction), name_reactions(change.new_reaction)
    return ReactionChanged(
        **_where(change.chat, _author(change.user, change.actor_chat)),
        at=change.date,
        update_id=number,
        message_id=str(change.message_id),
        added=tuple(sorted(new - old)),
        removed=tuple(sorted(old - new)),
    )


def _read_membership(change: ChatMemberUpdated, number: str) -> MembershipChanged | None:
    was, is_now = (member.status in PRESENT for member in (change.old_chat_member, change.new_chat_member))
    if was == is_now:
        return None
    where = _where(change.chat, _author(change.from_user))
    return MembershipChanged(**where, at=change.date, update_id=number, change="joined" if is_now else "left")


def _where(chat: Chat, author: Author, message: Message | None = None) -> dict[str, Any]:
    topic = message.message_thread_id if message and message.is_topic_message else None
    return {
        "conversation": Place(chat.id, topic).conversation,
        "author": author,
        "space": None if chat.type == Chat.PRIVATE else str(chat.id),
        "parent": Place(chat.id).conversation if topic is not None else None,
    }


def _author(user: User | None, chat: Chat | None = None) -> Author:
    """Whoever speaks: a person, or a chat on whose behalf they do (a channel, an anonymous administrator)."""
    if chat is not None:
        return Author(UserRef(PLATFORM, str(chat.id)), chat.effective_name or "")
    if user is None:
        return Author.unknown(PLATFORM)
    return Author(UserRef(PLATFORM, str(user.id)), user.full_name, user.is_bot)


def _answered(message: Message) -> Message | None:
    """The message this one answers. Whatever is said in a topic answers its beginning: that does not count."""
    answered = message.reply_to_message
    return None if answered is None or answered.forum_topic_created else answered
