"""Lets plugins answer: the handler of a command, or whoever has something to say to an event."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import structlog

from bot.adapter import Capabilities
from bot.answer import NOTHING, Answer, host_says
from bot.commands import Command, Permission, read_arguments
from bot.errors import CommandUsageError
from bot.events import CommandInvoked, MessageReceived, PlatformEvent, Reply
from bot.handlers import BoundHandler, CommandHandler, HandlerTable
from bot.history import RecentTurns
from bot.logs import describe
from bot.memory import memory_of, space_of
from bot.model_host import ModelHost
from bot.plugin import Context, ModelStatus, Turn
from bot.settings import Settings

APOLOGY = "Something went wrong on my side. Please try again in a moment."
DENIED = "Only the people who run me may do that."
DONE = "Done."
"""What a platform that waits for a command's answer gets where the handler says nothing."""
BLOCKING_HANDLERS = 32
"""How many plain `def` handlers may run at once; further ones wait."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _HostView:
    """What plugins see of the host."""

    handlers: HandlerTable
    voice: ModelHost
    history: RecentTurns
    settings: Settings

    @property
    def commands(self) -> tuple[Command, ...]:
        return self.handlers.commands

    @property
    def bot_name(self) -> str:
        return self.settings.bot.name

    @property
    def model(self) -> ModelStatus | None:
        return self.voice.status

    async def load_history(self, event: PlatformEvent) -> tuple[Turn, ...]:
        return await self.history.of(memory_of(event, space_of(event, self.settings)))


class Skills:
    """Runs plugins' handlers. Never raises for what they do wrong."""

    def __init__(
        self,
        settings: Settings,
        handlers: HandlerTable,
        model: ModelHost,
        history: RecentTurns,
        capabilities: Mapping[str, Capabilities],
    ) -> None:
        """Answer with these handlers. `capabilities` are those of the platforms."""
        self._handlers = handlers
        self._host = _HostView(handlers, model, history, settings)
        self._admins = frozenset(settings.admins)
        self._capabilities = capabilities
        self._pool = ThreadPoolExecutor(BLOCKING_HANDLERS, "handler")

    def find_command(self, event: CommandInvoked) -> tuple[CommandHandler, str] | None:
        """The handler of a command and its arguments, if there is such a command."""
        return self._handlers.command(event.name, event.arguments)

    async def run_command(self, event: CommandInvoked, found: CommandHandler, arguments: str) -> Answer:
        """Answer a command that was found."""
        command = found.command
        answer = await self._run(event, found, arguments)
        reply = answer.reply
        if reply is None and event.reply_token is not None:
            reply = Reply(DONE, ephemeral=True)
        if reply is not None and command.ephemeral and not reply.ephemeral:
            reply = dataclasses.replace(reply, ephemeral=True)
        return answer if reply is answer.reply else dataclasses.replace(answer, reply=reply)

    async def answer(self, event: PlatformEvent) -> Answer | None:
        """Return what the first plugin says that has something to say, or does; None where none has."""
        for handler in self._handlers.listening_to(type(event)):
            answer = await self._call(f"plugin:{handler.plugin}", handler, self._context(event), event)
            if answer.reply is not None or answer.forgets_conversation:
                return answer
        return None

    def unknown_command(self, event: CommandInvoked) -> Answer:
        """One helpful line about a command that is not there, unless it may be another bot's."""
        name = event.name
        if group := self._handlers.subcommands(name):
            return host_says("Write " + " or ".join(command.usage for command in group), ephemeral=True)
        if event.space is not None and event.reply_token is None and not event.mentions_me:
            return NOTHING  # in a group a typed command reaches every bot that is there
        near = " or ".join(f"/{command.name}" for command in self._handlers.near(name, event.arguments))
        helps = "/help lists what I can do." if self._handlers.command("help") else ""
        hint = f"Did you mean {near}?" if near else helps
        return host_says(f"I don't know /{name[:32]}. {hint}".rstrip(), ephemeral=True)

    def close(self) -> None:
        """Start no further blocking handlers."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, event: CommandInvoked, found: CommandHandler, arguments: str) -> Answer:
        command, context = found.command, self._context(event)
        source = f"command:{command.name}"
        if command.permission is Permission.ADMIN:
            _log.warning(
                "an admin command was called", command=command.name, by=str(event.author.ref), granted=context.is_admin
            )
            if not context.is_admin:
                return Answer(Reply(DENIED, ephemeral=True), source)
        try:
            values = read_arguments(command, arguments, event.options)
        except CommandUsageError as error:
            return Answer(Reply(str(error), ephemeral=True), source)
        return await self._call(source, found.handler, context, **values)

    def _context(self, event: PlatformEvent) -> Context:
        return Context(
            event,
            self._host,
            is_admin=str(event.author.ref) in self._admins,
            has_buttons=self._capabilities[event.conversation.platform].buttons,
        )

    async def _call(
        self, source: str, handler: BoundHandler, context: Context, /, *args: PlatformEvent, **values: Any
    ) -> Answer:
        spoken = isinstance(context.event, MessageReceived)
        try:
            said = await handler.run(self._pool, context, *args, **values)
        except CommandUsageError as error:
            return Answer(Reply(str(error), ephemeral=not spoken), source, spoken=spoken)
        except (Exception, SystemExit, asyncio.CancelledError) as error:  # a plugin's code may raise anything
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # the host is stopping
                raise
            _log.error("a handler failed", plugin=handler.plugin, handler=handler.name, **describe(error))
            return Answer(Reply(APOLOGY), source, status="failed")
        return Answer(said, source, spoken=spoken, forgets_conversation=context.forgets_conversation)
