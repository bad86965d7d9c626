"""What people did to a message between its arrival and its answer."""

from __future__ import annotations

import dataclasses

from bot.events import ConversationRef, MessageDeleted, MessageEdited, MessageReceived

_Key = tuple[ConversationRef, str]


class Revisions:
    """Knows the messages that are not answered yet as they read now. Answered ones are no longer of interest."""

    def __init__(self) -> None:
        self._open: dict[_Key, MessageReceived | None] = {}

    def begin(self, message: MessageReceived) -> None:
        """A message waits for its answer."""
        self._open[message.conversation, message.message_id] = message

    def end(self, message: MessageReceived) -> None:
        """It has its answer."""
        self._open.pop((message.conversation, message.message_id), None)

    def concerns(self, change: MessageEdited | MessageDeleted) -> bool:
        """Whether a change is one of a message that waits."""
        return (change.conversation, change.message_id) in self._open

    def note(self, change: MessageEdited | MessageDeleted) -> None:
        """Take in a change. A message that was deleted stays so."""
        key = (change.conversation, change.message_id)
        message = self._open.get(key)
        if message is not None:
            edited = isinstance(change, MessageEdited)
            self._open[key] = dataclasses.replace(message, text=change.text) if edited else None

    def latest(self, message: MessageReceived) -> MessageReceived | None:
        """A message as it reads now; None where it was deleted."""
        return self._open.get((message.conversation, message.message_id), message)
