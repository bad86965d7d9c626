"""Which events are the bot's business, in the form in which everything else reads them."""

from __future__ import annotations

import dataclasses

from bot.addressing import Names, heard_text
from bot.cleaning import clean_event
from bot.events import ActionInvoked, CommandInvoked, MessageEdited, MessageReceived, PlatformEvent, ReactionChanged
from bot.memory import space_of
from bot.settings import Settings

BY_SOMEBODY = (MessageReceived, MessageEdited, ReactionChanged, CommandInvoked, ActionInvoked)
"""What people do, and other bots too, who are never answered: two of them would go on for ever."""


class Intake:
    """Passes over what is none of the bot's business. What people say to each other is not even stored."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._longest = settings.limits.message_length
        self._names = Names(settings.bot.names)

    def take(self, event: PlatformEvent) -> PlatformEvent | None:
        """Return a clean event, without the name the bot was called by; None for what is to be passed over."""
        if event.author.is_bot and isinstance(event, BY_SOMEBODY):
            return None
        event = clean_event(event, self._longest)
        if isinstance(event, MessageReceived):
            return _with_text(event, heard_text(event, space_of(event, self._settings), self._names))
        if isinstance(event, MessageEdited) and event.space is not None:
            unnamed = self._names.take_out(event.text)
            return event if unnamed is None else dataclasses.replace(event, text=unnamed)
        return event


def _with_text(message: MessageReceived, text: str | None) -> MessageReceived | None:
    if text is None:
        return None
    return message if text == message.text else dataclasses.replace(message, text=text)
