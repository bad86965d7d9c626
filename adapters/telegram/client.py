"""python-telegram-bot's Bot, pointed where the settings say, and quiet about its token."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from adapters.telegram.connections import SECONDS, Connections, NotSentError, UnansweredError
from bot.errors import DeliveryError, DeliveryRefusedError, DeliveryUncertainError, SettingsError
from bot.settings import TelegramSettings

API = "https://api.telegram.org/"
WANTED = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "message_reaction",
    "my_chat_member",
)
"""The kinds of updates that become events. Reactions come only when they are named."""
CONNECTIONS = 8
"""Enough for thirty calls a second to the other side of the world."""
REVOKED = "Telegram does not know the token: get the current one from @BotFather (/mybots) for telegram.token"

# The library warns with every RetryAfter that it will hold a timedelta one day. This asks for it now.
os.environ.setdefault("PTB_TIMEDELTA", "true")

T = TypeVar("T")

_TOKEN = re.compile(r"\d+:[\w-]{20,}", re.ASCII)


class Client(Bot):
    """Calls the Bot API. Nothing is connected before the first call."""

    def __init__(self, settings: TelegramSettings) -> None:
        """Raises SettingsError where the token is missing or can't be one."""
        logging.getLogger("telegram").setLevel(logging.WARNING)  # below, it writes whole messages and addresses
        token = settings.token.get_secret_value() if settings.token else ""
        if not _TOKEN.fullmatch(token):
            wrong = "is not one of @BotFather's, such as 123456:ABC-…" if token else "is not set"
            raise SettingsError(f"telegram.token {wrong}: get one from @BotFather with /newbot or /mybots")
        super().__init__(
            token,
            base_url=settings.base_url or f"{API}bot",
            base_file_url=settings.base_file_url or f"{API}file/bot",
            request=Connections(CONNECTIONS),
            get_updates_request=Connections(1),
        )

    async def fetch_updates(self, offset: int, seconds: int) -> list[dict[str, Any]]:
        """Long polling, which confirms updates below `offset`. They come unparsed: a bad one must not hide the rest.

        Raises TelegramError.
        """
        asked = {"offset": offset, "timeout": seconds, "allowed_updates": WANTED}
        given = await self._post("getUpdates", asked, read_timeout=seconds + SECONDS)
        return cast("list[dict[str, Any]]", given)

    async def disconnect(self) -> None:
        """Close the connections. Safe to call twice."""
        for request in self._request:
            await request.shutdown()


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Make a call, again after each wait that Telegram asks for. Raises TelegramError for anything else."""
    while True:
        try:
            return await call()
        except RetryAfter as error:
            await asyncio.sleep(seconds_to_wait(error))


def to_delivery_error(error: TelegramError) -> DeliveryError | SettingsError:
    """What a failed send means for the reply, or for all of them."""
    if isinstance(error, RetryAfter):
        return DeliveryError("Telegram asks to wait", seconds_to_wait(error))
    if isinstance(error, InvalidToken):
        return SettingsError(REVOKED)
    if isinstance(error, ChatMigrated):
        return DeliveryError("the group has another id now")
    if isinstance(error, Forbidden):
        return DeliveryRefusedError("Telegram: the bot was blocked or removed, or may not write there")
    if isinstance(error, BadRequest):
        return DeliveryRefusedError(f"Telegram refuses it: {error.message}")
    if isinstance(error, NotSentError):
        return DeliveryError("Telegram can't be reached")
    if isinstance(error, NetworkError) and not isinstance(error, UnansweredError):
        return DeliveryError("Telegram has trouble of its own")  # it answered, with a status of 500 or more
    return DeliveryUncertainError("no answer came from Telegram after it was sent")


def seconds_to_wait(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    wait = error.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()
