"""The calls of Discord's API that discord.py has no form for, or whose form hides what goes over the wire.

They go through the library's own HTTP client, with its rate limits, retries and errors. `allowed_mentions` is in every
one that shows text: nobody is ever pinged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import discord
from discord.http import HTTPClient, Route

from adapters.discord.tokens import ReplyToken
from bot.errors import DeliveryUncertainError
from bot.events import Button

NOBODY: dict[str, list[str]] = {"parse": []}
SUPPRESS_EMBEDS, EPHEMERAL = 1 << 2, 1 << 6
BUTTONS_IN_ROW, LONGEST_LABEL = 5, 80

_ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"


class Rest:
    """Raises what discord.py raises: HTTPException and its kinds, and aiohttp's errors."""

    def __init__(self, http: HTTPClient) -> None:
        self._http = http

    async def post(self, channel: int, text: str, nonce: str, reply_to: str | None, buttons: Sequence[Button]) -> str:
        """Post a message and return its id. A second one with the same nonce is the first."""
        body = {**_body(text, buttons), "nonce": nonce, "enforce_nonce": True}
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to, "fail_if_not_exists": False}
        return _id(await self._call("POST", "/channels/{channel_id}/messages", body, channel_id=channel))

    async def fill(self, token: ReplyToken, text: str, buttons: Sequence[Button]) -> str:
        """Put the answer in the place of "is thinking", and return its id. Doing so twice changes nothing."""
        return _id(await self._call("PATCH", _ORIGINAL, _body(text, buttons), **_webhook(token)))

    async def follow_up(self, token: ReplyToken, text: str, buttons: Sequence[Button], *, ephemeral: bool) -> str:
        """Add a message to the answer of an interaction and return its id."""
        body = _body(text, buttons)
        body["flags"] |= EPHEMERAL if ephemeral else 0
        return _id(await self._call("POST", "/webhooks/{webhook_id}/{webhook_token}", body, **_webhook(token)))

    async def withdraw(self, token: ReplyToken) -> None:
        """Take "is thinking" away."""
        await self._call("DELETE", _ORIGINAL, None, **_webhook(token))

    async def show_typing(self, channel: int) -> None:
        """Show "is typing" for ten seconds, or until the next message."""
        await self._call("POST", "/channels/{channel_id}/typing", None, channel_id=channel)

    async def is_direct(self, channel: int) -> bool:
        """Whether only one person reads a channel."""
        about = await self._call("GET", "/channels/{channel_id}", None, channel_id=channel)
        return cast(dict[str, Any], about)["type"] == discord.ChannelType.private.value

    async def list_guilds(self) -> list[dict[str, Any]]:
        """The servers the bot is on, with its permissions there; at most 200 of them."""
        return cast(list[dict[str, Any]], await self._call("GET", "/users/@me/guilds", None))

    async def put_menu(self, app: int, menu: Sequence[dict[str, Any]]) -> None:
        """Replace all global commands of an application."""
        await self._call("PUT", "/applications/{application_id}/commands", menu, application_id=app)

    async def _call(self, method: str, path: str, body: Any, **where: str | int) -> object:
        sent: dict[str, Any] = {} if body is None else {"json": body}
        return await self._http.request(Route(method, path, metadata=None, **where), **sent)


def _body(text: str, buttons: Sequence[Button]) -> dict[str, Any]:
    body: dict[str, Any] = {"content": text, "allowed_mentions": NOBODY, "flags": SUPPRESS_EMBEDS}
    if buttons:
        rows = [buttons[at : at + BUTTONS_IN_ROW] for at in range(0, len(buttons), BUTTONS_IN_ROW)]
        body["components"] = [{"type": 1, "components": [_button(button) for button in row]} for row in rows]
    return body


def _button(button: Button) -> dict[str, Any]:
    label = button.label[:LONGEST_LABEL]
    return {"type": 2, "style": discord.ButtonStyle.secondary.value, "label": label, "custom_id": button.payload}


def _webhook(token: ReplyToken) -> dict[str, str | int]:
    return {"webhook_id": token.app, "webhook_token": token.token}


def _id(answer: object) -> str:
    if not isinstance(answer, dict):  # a proxy's page, say
        raise DeliveryUncertainError("Discord's answer was not one")
    return str(cast(dict[str, Any], answer)["id"])
