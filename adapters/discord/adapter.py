"""The Discord adapter: life cycle and sending."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any, Literal

import discord
import structlog
from discord.utils import utcnow

from adapters.discord.checkup import check_up
from adapters.discord.client import Client, point_at
from adapters.discord.convert import PLATFORM
from adapters.discord.delivery import deliver
from adapters.discord.failures import BAD_TOKEN, FAILURES, to_settings_error
from adapters.discord.menu import fingerprint, to_menu
from adapters.discord.progress import Typing
from adapters.discord.reader import Reader
from adapters.discord.rest import Rest
from adapters.discord.tokens import ReplyToken
from adapters.discord.watermarks import Watermarks
from bot.adapter import Adapter, Capabilities, Finding, Publish
from bot.commands import Command
from bot.errors import DeliveryError, SettingsError
from bot.events import ConnectionChanged, ConversationRef, Delivery
from bot.settings import Settings

LOGIN_SECONDS = 30.0
"""How long a reply waits for a login that is under way."""
HAND_OVER_SECONDS = 5.0
"""How long a stop waits until what has arrived is with the host."""
CLOSE_SECONDS = 3.0
"""How long a stop waits for Discord to say goodbye."""

_MENU = "menu"

_log = structlog.get_logger(__name__)


class DiscordAdapter(Adapter):
    """Serves the servers a Discord bot is on and the people who write to it directly.

    Each `start` makes a client of its own: discord.py's can't be used again once it broke off. Replies are sent
    through the client there is, or wait for the next one.
    """

    name = PLATFORM
    capabilities = Capabilities(deduplicates_sends=True, buttons=True)

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError without a token."""
        super().__init__(settings)
        if settings.discord.token is None:
            raise SettingsError("the discord adapter needs the bot's token: set FAMILIAR_DISCORD__TOKEN")
        # Below warnings the library writes what people said and the tokens of interactions, in warnings of its HTTP
        # client those tokens too: they are part of addresses.
        logging.getLogger("discord").setLevel(logging.WARNING)
        logging.getLogger("discord.http").setLevel(logging.ERROR)
        self._token = settings.discord.token
        self._commands: Sequence[Command] = ()
        self._client: Client | None = None
        self._watermarks: Watermarks | None = None
        self._logged_in = asyncio.Event()
        self._closed = asyncio.Event()
        self._fatal = asyncio.Event()
        self._typing = Typing(self._show_typing)

    async def start(self, publish: Publish) -> None:
        """Receive until closed. Raises SettingsError for a token or an intent that Discord refuses.

        Whatever else ends the connection for good is raised too: an event that discord.py can't read, say.
        """
        if self._closed.is_set():
            return
        await self._let_go()
        watermarks = self._watermarks = self._watermarks or Watermarks(self.state)
        missed = await watermarks.open()
        client = self._client = self._make_client(watermarks)
        reader = Reader(client.noting_what_is_stored(publish), watermarks, client.fetch_missed)
        client.listen_for(reader, missed=missed)
        flushing = asyncio.create_task(watermarks.keep_flushing())
        try:
            await self._receive(client)
        finally:
            await reader.drain(HAND_OVER_SECONDS)
            flushing.cancel()
            await watermarks.flush()

    async def send(self, delivery: Delivery) -> str | None:
        """See Adapter. Long replies become several messages; the id is that of the first."""
        channel = int(delivery.conversation.conversation_id)
        client = await self._wait_for_login()
        if delivery.reply_token:
            with suppress(ValueError):
                await client.acknowledged(ReplyToken.parse(delivery.reply_token).interaction)
        self._typing.stop(channel)
        try:
            return await deliver(Rest(client.http), delivery)
        except SettingsError:
            self._fatal.set()  # the gateway may take hours to notice that a token was revoked
            raise

    def show_progress(self, conversation: ConversationRef, text: str) -> None:
        """Show "is typing". The growing text itself is not shown: Discord counts edits like messages."""
        if not text and conversation.conversation_id.isdecimal():
            self._typing.show(int(conversation.conversation_id))

    def end_progress(self, conversation: ConversationRef) -> None:
        """Stop showing it."""
        if conversation.conversation_id.isdecimal():
            self._typing.stop(int(conversation.conversation_id))

    async def sync_commands(self, commands: Sequence[Command]) -> None:
        """Have the next `start` offer these as slash commands."""
        self._commands = tuple(commands)

    async def check(self) -> list[Finding]:
        """Try token, intents and permissions against Discord."""
        point_at(self.settings.discord)
        return await check_up(self.settings.discord)

    async def aclose(self) -> None:
        """Leave Discord."""
        self._closed.set()
        await self._typing.aclose()
        await self._let_go()

    def _make_client(self, watermarks: Watermarks) -> Client:
        point_at(self.settings.discord)
        # What is unknown is answered with a word to the caller alone.
        private = {command.name: command.ephemeral for command in self._commands}
        return Client(self.settings.discord, watermarks, self._tell, lambda name: private.get(name, True))

    async def _receive(self, client: Client) -> None:
        try:
            await _first_of(self._serve(client), self._closed.wait(), self._fatal.wait())
            if self._fatal.is_set():
                raise SettingsError(BAD_TOKEN)
        except asyncio.CancelledError:  # the host is stopping: replies are still to be sent
            with suppress(TimeoutError):
                await asyncio.wait_for(client.disconnect(), CLOSE_SECONDS)
            raise
        except Exception as error:
            refused = to_settings_error(error)
            if refused is not None:
                self._fatal.set()
                self._tell("fatal", str(refused))
            await self._let_go()
            if refused is None:
                raise
            raise refused from error

    async def _serve(self, client: Client) -> None:
        await client.login(self._token.get_secret_value())
        await self._offer_commands(client)
        self._logged_in.set()
        await client.connect()

    async def _offer_commands(self, client: Client) -> None:
        """Replace the slash commands, unless Discord has these already."""
        app, menu = client.application_id or 0, to_menu(self._commands)
        mark = fingerprint(menu, app)
        if await self.state.load(_MENU) == mark:
            return
        try:
            await Rest(client.http).put_menu(app, menu)
        except discord.HTTPException as error:  # better without new commands than not at all
            _log.error("Discord did not take the commands", status=error.status, code=error.code)
            return
        await self.state.save(_MENU, mark)

    async def _wait_for_login(self) -> Client:
        if not (self._logged_in.is_set() or self._fatal.is_set()):
            with suppress(TimeoutError):
                await asyncio.wait_for(_first_of(self._logged_in.wait(), self._fatal.wait()), LOGIN_SECONDS)
        if self._client is None or not self._logged_in.is_set():
            raise DeliveryError("there is no connection to Discord")
        return self._client

    async def _show_typing(self, channel: int) -> None:
        client = await self._wait_for_login()
        await Rest(client.http).show_typing(channel)

    async def _let_go(self) -> None:
        """Close the client there is; the reader has what arrived on it."""
        client, self._client = self._client, None
        self._logged_in.clear()
        if client is not None:
            with suppress(*FAILURES):
                await asyncio.wait_for(client.close(), CLOSE_SECONDS)

    def _tell(self, state: Literal["ready", "resumed", "gap", "lost", "fatal"], reason: str = "") -> None:
        self.report(ConnectionChanged(at=utcnow(), platform=self.name, state=state, reason=reason))


async def _first_of(*waits: Coroutine[Any, Any, Any]) -> None:
    """Return when the first returns, or raise what it raises; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
