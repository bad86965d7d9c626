"""What a message says and carries: its words, its attachments, reactions by name. Pure, as convert is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from telegram import Message, MessageEntity, ReactionType, ReactionTypeCustomEmoji, ReactionTypeEmoji

from bot.events import Attachment

FILES = ("animation", "audio", "document", "sticker", "video", "video_note", "voice")
OTHERS = ("checklist", "contact", "dice", "game", "location", "poll", "story", "venue")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself."""

    id: int
    username: str


@dataclass(frozen=True, slots=True)
class Words:
    """A text without a mention of the bot at its ends, and the `/command@bot` it begins with."""

    text: str
    mentions_me: bool
    command: str | None


def read_words(message: Message, me: Me) -> Words:
    """Take a message's text or caption apart.

    Entities count in UTF-16 units. Text may hold lone surrogates here: the host cleans it.
    """
    text = message.text or message.caption or ""
    units = text.encode("utf-16-le", "surrogatepass")
    command, mentions_me, start, end = None, False, 0, len(units)
    for entity in sorted(message.entities or message.caption_entities, key=lambda entity: entity.offset):
        first, last = 2 * entity.offset, 2 * (entity.offset + entity.length)
        said = units[first:last].decode("utf-16-le", "surrogatepass")
        if entity.type == MessageEntity.BOT_COMMAND and first == 0:
            command = said
        elif _names(entity, said, me):
            mentions_me = True
            if not _seen(units[start:first]):
                start = last
            elif not _seen(units[last:end]):
                end = first
    words = units[start:end].decode("utf-16-le", "surrogatepass")
    return Words((words.lstrip(",:;!. \n\t") if start else words).strip(), mentions_me, command)


def read_attachments(message: Message) -> tuple[Attachment, ...]:
    """What came with a message. A photo comes in several sizes, of which the last is the largest."""
    return tuple(_attachments(message))


def name_reactions(reactions: Iterable[ReactionType]) -> set[str]:
    """Emoji; `custom:<id>` for those that are made by people, and `paid`."""
    return set(map(_emoji, reactions))


def _seen(units: bytes) -> bool:
    return bool(units.decode("utf-16-le", "surrogatepass").strip())


def _names(entity: MessageEntity, said: str, me: Me) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    return entity.type == MessageEntity.MENTION and said.lower() == f"@{me.username}".lower()


def _attachments(message: Message) -> Iterator[Attachment]:
    if message.photo:
        yield Attachment("photo", "photo.jpg", message.photo[-1].file_size)
    for kind in FILES:
        file: Any = getattr(message, kind)
        if file is not None and not (kind == "document" and message.animation):
            name = getattr(file, "file_name", None) or getattr(file, "emoji", None) or kind
            yield Attachment(kind.replace("_", " "), name, file.file_size)
    for kind in OTHERS:
        if getattr(message, kind) is not None:
            yield Attachment(kind, kind)


def _emoji(reaction: ReactionType) -> str:
    if isinstance(reaction, ReactionTypeEmoji):
        return reaction.emoji
    if isinstance(reaction, ReactionTypeCustomEmoji):
        return f"custom:{reaction.custom_emoji_id}"
    return str(reaction.type)
