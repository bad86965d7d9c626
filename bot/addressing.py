"""When it speaks: in direct messages always, in groups when it is spoken to or the operator lets it join in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.events import MessageReceived, PlatformEvent
from bot.settings import SpaceSettings

_PAUSE = r"[\s,.:;!?，。：；！？、-]*"


class Names:
    """What the bot is called in groups. Finds a name that a text begins or ends with: a whole word, in any case."""

    def __init__(self, names: Iterable[str]) -> None:
        """Answer to these names, with or without an @ before them."""
        either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        self._first = re.compile(rf"\s*@?(?:{either})(?![\w'’-]){_PAUSE}", re.IGNORECASE) if either else None
        self._last = (
            re.compile(rf"(?:^|(?<=[\s,，、]))@?(?:{either})(?=[\s.!?。！？]*$)", re.IGNORECASE) if either else None
        )

    def take_out(self, text: str) -> str | None:
        """Return the text without the name it begins or ends with; None where it does neither."""
        if self._first is None or self._last is None:
            return None
        if first := self._first.match(text):
            return text[first.end() :].strip()
        if last := self._last.search(text):
            return text[: last.start()].rstrip(" ,，、") + text[last.end() :].strip()
        return None


def speaks_in(event: PlatformEvent, space: SpaceSettings) -> bool:
    """Whether the operator lets it speak where an event happened; threads belong to what they branched off from."""
    allowed = space.conversations
    return (
        not allowed
        or event.conversation.conversation_id in allowed
        or (event.parent is not None and event.parent.conversation_id in allowed)
    )


def heard_text(message: MessageReceived, space: SpaceSettings, names: Names) -> str | None:
    """Return what a message says to the bot, without the name it was called by; None where it is not spoken to."""
    if message.is_direct:
        return message.text
    if not speaks_in(message, space):
        return None
    unnamed = names.take_out(message.text)
    if unnamed is not None:
        return unnamed
    spoken_to = message.mentions_me or message.replies_to_me or space.mode == "active"
    return message.text if spoken_to else None
