"""The Telegram adapter: life cycle, receiving and sending."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import structlog
from telegram import BotCommand
from telegram.error import BadRequest, InvalidToken, TelegramError

from adapters.telegram.checkup import look, taken_by_webhook
from adapters.telegram.client import REVOKED, WANTED, Client, patiently
from adapters.telegram.convert import tell_migration
from adapters.telegram.intake import Intake
from adapters.telegram.outgoing import to_menu
from adapters.telegram.pacing import Pacer
from adapters.telegram.places import PLATFORM, Askers, Place
from adapters.telegram.polling import Poller
from adapters.telegram.presses import Presses
from adapters.telegram.progress import Typing
from adapters.telegram.reading import Me
from adapters.telegram.sending import Postman
from bot.adapter import Adapter, Capabilities, Finding, Publish
from bot.commands import Command
from bot.errors import SettingsError, StoreError
from bot.events import ConnectionChanged, ConversationRef, Delivery
from bot.settings import Settings

if TYPE_CHECKING:
    from fastapi import APIRouter

WEBHOOK_LOOK_SECONDS = 60.0
"""How often it is looked whether the webhook is still ours: nothing else would tell."""

_log = structlog.get_logger(__name__)


class TelegramAdapter(Adapter):
    """Serves one bot of Telegram's, by long polling or by webhook."""

    name = PLATFORM
    capabilities = Capabilities(buttons=True, marks_sends=True)

    def __init__(self, settings: Settings, pacer: Pacer | None = None) -> None:
        """Raises SettingsError where the token or, with webhooks, the address is missing."""
        super().__init__(settings)
        self._client = Client(settings.telegram)
        self._hook = _read_hook(settings)
        given = settings.telegram.webhook_secret
        self._secret = given.get_secret_value() if given else secrets.token_urlsafe(32)
        self._presses = Presses(self._client)
        self._typing = Typing(self._client)
        self._askers = Askers()
        self._postman = Postman(
            self._client, self._presses, self._askers, self._tell_migration, lambda: self.marks, pacer or Pacer()
        )
        self._intake: Intake | None = None
        self._answers: bool | None = None
        self._running: asyncio.Task[None] | None = None
        self._refusal: SettingsError | None = None
        self._closed = False

    async def start(self, publish: Publish) -> None:
        """Receive until closed. Raises SettingsError for a token that is revoked or that another program polls with."""
        if self._closed:
            return
        self._running = asyncio.create_task(self._receive(publish))
        try:
            await self._running
        except asyncio.CancelledError:
            if self._refusal is not None:
                raise self._refusal from None
            if not self._closed:
                raise

    async def send(self, delivery: Delivery) -> str | None:
        """Deliver a reply and return the id of its first message. Raises DeliveryError, or SettingsError as `start`."""
        self.end_progress(delivery.conversation)
        try:
            return await self._postman.send(delivery)
        except SettingsError as error:  # whoever waits for updates may hear of it much later
            self._refusal = error
            if self._running:
                self._running.cancel()
            raise

    def show_progress(self, conversation: ConversationRef, text: str) -> None:
        """Show "typing". Telegram has no place for a text that grows."""
        if place := _read_place(conversation):
            self._typing.begin(place)

    def end_progress(self, conversation: ConversationRef) -> None:
        """Show it no longer."""
        if place := _read_place(conversation):
            self._typing.end(place)

    async def sync_commands(self, commands: Sequence[Command]) -> None:
        """Set the bot's menu, if it is not set so already."""
        menu = to_menu(commands)
        wanted = _hash(self._client.token, menu)
        if await self.state.load("menu") != wanted:
            try:
                await patiently(lambda: self._client.set_my_commands(menu))
            except InvalidToken:
                raise SettingsError(REVOKED) from None
            await self.state.save("menu", wanted)

    def router(self) -> APIRouter | None:
        """The webhook, where the settings choose it."""
        if self._hook is None:
            return None
        from adapters.telegram.webhook import make_router  # FastAPI takes long to import

        return make_router(urlsplit(self._hook).path or "/", self._secret, self._take_pushed)

    async def check(self) -> list[Finding]:
        """Try the token and say which switch to flip."""
        return await look(self._client, self.settings)

    async def aclose(self) -> None:
        """Stop receiving and let go of connections."""
        self._closed = True
        if self._running:
            self._running.cancel()
            await asyncio.wait({self._running})
        await self._typing.aclose()
        await self._presses.aclose()
        await self._client.disconnect()

    async def _receive(self, publish: Publish) -> None:
        self._answers = None
        try:
            me = await patiently(self._client.get_me)
            hook = (await patiently(self._client.get_webhook_info)).url
        except InvalidToken:
            raise SettingsError(REVOKED) from None
        self._intake = Intake(self._client, Me(me.id, me.username or ""), publish, self._presses, self._askers)
        if self._hook:
            await self._serve_hook(self._hook)
        else:
            await self._leave_hook(hook)
            await Poller(self._client, self._intake.take_all, self._tell).run()

    async def _serve_hook(self, url: str) -> None:
        """Have updates pushed here, and keep looking whether they are."""
        try:
            # One at a time: they come in order then, and order matters more here than speed.
            await patiently(
                lambda: self._client.set_webhook(
                    url, secret_token=self._secret, allowed_updates=WANTED, max_connections=1
                )
            )
        except BadRequest as error:
            raise SettingsError(f"Telegram does not take telegram.webhook_url: {error.message}") from None
        await self.state.save("webhook", url)
        while True:
            self._tell(True)
            await asyncio.sleep(WEBHOOK_LOOK_SECONDS)
            try:
                if (await self._client.get_webhook_info()).url != url:
                    raise SettingsError("another program took over this Telegram bot's updates: stop it, then restart")
            except InvalidToken:
                raise SettingsError(REVOKED) from None
            except TelegramError:
                self._tell(False)

    async def _leave_hook(self, url: str) -> None:
        """Polling works only without a webhook: remove the one that was set from here, and no other."""
        if url and url != await self.state.load("webhook"):
            raise SettingsError(taken_by_webhook(url))
        if url:
            await patiently(self._client.delete_webhook)

    async def _tell_migration(self, old: int, new: int) -> None:
        """A refused send says that a group has moved: tell the host as the group itself would."""
        if self._intake:
            try:
                await self._intake.hand_over(tell_migration(old, new, datetime.now(UTC)))
            except StoreError:
                _log.warning("a group has moved and it could not be noted yet")

    async def _take_pushed(self, update: dict[str, Any]) -> bool:
        return self._intake is not None and await self._intake.take(update)

    def _tell(self, answers: bool) -> None:
        if answers != self._answers:
            first = self._answers is None
            self._answers = answers
            state: Literal["ready", "resumed", "lost"] = ("ready" if first else "resumed") if answers else "lost"
            self.report(ConnectionChanged(at=datetime.now(UTC), platform=PLATFORM, state=state))


def _read_hook(settings: Settings) -> str | None:
    """Where Telegram shall push updates to; None: it is polled. Raises SettingsError."""
    if settings.telegram.mode == "polling":
        return None
    if not settings.telegram.webhook_url:
        raise SettingsError("telegram.webhook_url is not set: name the https address that leads to this machine")
    return settings.telegram.webhook_url


def _read_place(conversation: ConversationRef) -> Place | None:
    try:
        return Place.of(conversation)
    except ValueError:
        return None


def _hash(token: str, menu: Sequence[BotCommand]) -> str:
    shown = [[entry.command, entry.description] for entry in menu]
    return hashlib.sha256(json.dumps([token.partition(":")[0], shown]).encode()).hexdigest()
