"""Finds the answer to an event: a command's handler, a plugin that has something to say, or the network."""

from __future__ import annotations

from typing import Protocol

from bot.addressing import speaks_in
from bot.answer import NOTHING, Answer, host_says, host_says_about
from bot.backoff import until_available
from bot.events import CommandInvoked, ConversationRef, MessageReceived, PlatformEvent, Reply
from bot.history import RecentTurns
from bot.memory import MemoryRef, memory_of, space_of
from bot.model_host import ModelHost
from bot.plugin import Turn
from bot.settings import Settings
from bot.skills import Skills

TOO_LONG = "That is more than I can read at once. Please keep it under {longest:,} characters."
EMPTY = "I got an empty message. What would you like to say?"
NOT_READABLE = "I can only read text so far. What would you like to say about it?"
NOT_HERE = "I have been asked not to talk in this place."


class Progress(Protocol):
    """Shows people that a reply is being made. Never raises."""

    def show(self, conversation: ConversationRef, text: str) -> None:
        """There is this much of it; "" while it is thought about."""
        ...

    def end(self, conversation: ConversationRef) -> None:
        """No reply is being made any more."""
        ...


class Answerer:
    """Decides who answers. Never raises for what a plugin or the network does wrong."""

    def __init__(
        self, settings: Settings, skills: Skills, model: ModelHost, history: RecentTurns, progress: Progress
    ) -> None:
        """Answer with the skills, and with the model where they say nothing."""
        self._settings = settings
        self._longest = settings.limits.message_length
        self._persona = settings.bot.persona
        self._skills = skills
        self._model = model
        self._history = history
        self._progress = progress

    async def answer(self, event: PlatformEvent) -> Answer:
        """Return the answer to a clean event. Raises ModelUnavailableError where it takes a model and there is none."""
        if self._is_too_long(event):
            return host_says_about(event, TOO_LONG.format(longest=self._longest))
        if isinstance(event, CommandInvoked):
            return await self._answer_command(event)
        if (said := await self._skills.answer(event)) is not None:
            return said
        return await self._answer_message(event) if isinstance(event, MessageReceived) else NOTHING

    def memory_of(self, event: PlatformEvent) -> MemoryRef:
        """What is remembered when answering an event."""
        return memory_of(event, space_of(event, self._settings))

    def _is_too_long(self, event: PlatformEvent) -> bool:
        if isinstance(event, MessageReceived):
            return len(event.text) > self._longest
        if isinstance(event, CommandInvoked):
            return max(map(len, (event.name, event.arguments, *event.options.values()))) > self._longest
        return False

    async def _answer_command(self, event: CommandInvoked) -> Answer:
        if not speaks_in(event, space_of(event, self._settings)):
            # Where the platform waits for an answer it gets one; elsewhere a word would be one too many.
            return NOTHING if event.reply_token is None else host_says(NOT_HERE, ephemeral=True)
        if (found := self._skills.find_command(event)) is not None:
            return await self._skills.run_command(event, *found)
        return await self._skills.answer(event) or self._skills.unknown_command(event)

    async def _answer_message(self, message: MessageReceived) -> Answer:
        if message.text.strip():
            return await self._ask_model(message)
        return host_says(NOT_READABLE if message.attachments else EMPTY)

    async def _ask_model(self, message: MessageReceived) -> Answer:
        conversation, memory = message.conversation, self.memory_of(message)
        said = await until_available(lambda: self._history.of(memory))
        turns = (*said, Turn(message.author.name, message.text))
        if memory.member is None:
            turns = tuple(map(_with_name, turns))
        self._progress.show(conversation, "")
        try:
            reply = await self._model.reply(turns, self._persona, lambda text: self._progress.show(conversation, text))
        finally:
            self._progress.end(conversation)
        given = {
            "persona": list(self._persona),
            "turns": len(turns),
            "origin": reply.origin,
            "scores": dict(reply.scores),
        }
        return Answer(Reply(reply.text), reply.source, model_version=reply.version, given=given, spoken=True)


def _with_name(turn: Turn) -> Turn:
    """Where several people speak, each begins with their name, as in the dialogues the network learned from."""
    return turn if turn.author is None else Turn(turn.author, f"{turn.author}> {turn.text}")
