"""Finds the answer to an event: a command's handler, a plugin that has something to say, or the network."""

from __future__ import annotations

import asyncio
import dataclasses
import difflib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import structlog

from bot.backoff import until_available
from bot.commands import Command, read_arguments
from bot.errors import CommandUsageError
from bot.events import CommandInvoked, ConversationRef, MessageReceived, PlatformEvent, Reply
from bot.handlers import BoundHandler, CommandHandler, HandlerTable
from bot.history import RecentTurns
from bot.logs import describe
from bot.memory import MemoryRef, memory_of, space_of
from bot.model_host import ModelHost
from bot.plugin import Context, Turn
from bot.settings import Settings

APOLOGY = "Something went wrong on my side. Please try again in a moment."
TOO_LONG = "That is more than I can read at once. Please keep it under {longest:,} characters."
EMPTY = "I got an empty message. What would you like to say?"
BLOCKING_HANDLERS = 32
"""How many plain `def` handlers may run at once; further ones wait."""


class Progress(Protocol):
    """Shows people that a reply is being made. Never raises."""

    def show(self, conversation: ConversationRef, text: str) -> None:
        """There is this much of it; "" while it is thought about."""
        ...

    def end(self, conversation: ConversationRef) -> None:
        """No reply is being made any more."""
        ...


_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an event comes to. `reply` is None where nothing is said."""

    reply: Reply | None
    source: str
    """Who answers: `command:<name>`, `plugin:<name>`, `brain`, `fallback` or `host`."""
    status: Literal["done", "failed"] = "done"
    model_version: str | None = None
    given: Mapping[str, Any] | None = None
    spoken: bool = False
    """Message and answer belong to what was said in the conversation."""
    forgets_conversation: bool = False


NOTHING = Answer(None, "host")


@dataclass(frozen=True, slots=True)
class _HostView:
    """What plugins see of the host."""

    handlers: HandlerTable
    model: ModelHost
    history: RecentTurns
    memory_of: Callable[[PlatformEvent], MemoryRef]
    bot_name: str

    @property
    def commands(self) -> tuple[Command, ...]:
        return self.handlers.commands

    @property
    def model_version(self) -> str | None:
        return self.model.version

    async def load_history(self, event: PlatformEvent) -> tuple[Turn, ...]:
        return await self.history.of(self.memory_of(event))


class Answerer:
    """Decides who answers. Never raises for what a plugin or the network does wrong."""

    def __init__(
        self,
        settings: Settings,
        handlers: HandlerTable,
        model: ModelHost,
        history: RecentTurns,
        progress: Progress,
    ) -> None:
        """Answer with the handlers, and with the model where they say nothing."""
        self._settings = settings
        self._longest = settings.limits.message_length
        self._persona = settings.bot.persona
        self._handlers = handlers
        self._model = model
        self._history = history
        self._progress = progress
        self._host = _HostView(handlers, model, history, self.memory_of, settings.bot.name)
        self._pool = ThreadPoolExecutor(BLOCKING_HANDLERS, "handler")

    async def answer(self, event: PlatformEvent) -> Answer:
        """Return the answer to a clean event. Raises ModelUnavailableError where it takes a model and there is none."""
        if self._is_too_long(event):
            return Answer(Reply(TOO_LONG.format(longest=self._longest)), "host")
        if isinstance(event, CommandInvoked) and (found := self._handlers.command(event.name, event.arguments)):
            return await self._run_command(event, *found)
        if (said := await self._ask_plugins(event)) is not None:
            return said
        if isinstance(event, CommandInvoked):
            return Answer(Reply(self._unknown(event.name)), "host")
        if isinstance(event, MessageReceived) and (event.is_direct or event.mentions_me):
            return await self._ask_model(event) if event.text.strip() else Answer(Reply(EMPTY), "host")
        return NOTHING

    def memory_of(self, event: PlatformEvent) -> MemoryRef:
        """What is remembered when answering an event."""
        return memory_of(event, space_of(event, self._settings))

    def close(self) -> None:
        """Start no further blocking handlers."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _is_too_long(self, event: PlatformEvent) -> bool:
        if isinstance(event, MessageReceived):
            return len(event.text) > self._longest
        if isinstance(event, CommandInvoked):
            return max(map(len, (event.name, event.arguments, *event.options.values()))) > self._longest
        return False

    async def _run_command(self, event: CommandInvoked, found: CommandHandler, arguments: str) -> Answer:
        source = f"command:{found.command.name}"
        try:
            values = read_arguments(found.command, arguments, event.options)
        except CommandUsageError as error:
            return Answer(Reply(str(error)), source)
        return await self._call(source, found.handler, Context(event, self._host), **values)

    async def _ask_plugins(self, event: PlatformEvent) -> Answer | None:
        for handler in self._handlers.listening_to(type(event)):
            answer = await self._call(f"plugin:{handler.plugin}", handler, Context(event, self._host), event)
            if answer.reply is not None or answer.forgets_conversation:
                spoken = isinstance(event, MessageReceived) and answer.status == "done"
                return dataclasses.replace(answer, spoken=spoken)
        return None

    async def _call(
        self, source: str, handler: BoundHandler, context: Context, *args: PlatformEvent, **values: Any
    ) -> Answer:
        try:
            said = await handler.run(self._pool, context, *args, **values)
        except CommandUsageError as error:
            return Answer(Reply(str(error)), source)
        except (Exception, SystemExit, asyncio.CancelledError) as error:  # a plugin's code may raise anything
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # the host is stopping
                raise
            _log.error("a handler failed", plugin=handler.plugin, handler=handler.name, **describe(error))
            return Answer(Reply(APOLOGY), source, status="failed")
        return Answer(said, source, forgets_conversation=context.forgets_conversation)

    async def _ask_model(self, event: MessageReceived) -> Answer:
        conversation = event.conversation
        memory = self.memory_of(event)
        said = await until_available(lambda: self._history.of(memory))
        turns = (*said, Turn(event.author.name, event.text))
        self._progress.show(conversation, "")
        try:
            reply = await self._model.reply(turns, self._persona, lambda text: self._progress.show(conversation, text))
        finally:
            self._progress.end(conversation)
        given = {"persona": list(self._persona), "turns": len(turns), "scores": dict(reply.scores)}
        return Answer(Reply(reply.text), reply.source, model_version=reply.version, given=given, spoken=True)

    def _unknown(self, name: str) -> str:
        known = [command.name for command in self._handlers.commands]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean /{near[0]}?" if near else "/help lists what I can do." if "help" in known else ""
        return f"I don't know /{name[:32]}. {hint}".rstrip()
