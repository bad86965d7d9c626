"""Brings a reply to where it was asked for: into a channel, or as the answer of an interaction."""

from __future__ import annotations

import discord

from adapters.discord.failures import EXPIRED, FAILURES, to_delivery_error
from adapters.discord.markup import to_markdown
from adapters.discord.rest import Rest
from adapters.discord.tokens import ReplyToken
from bot.errors import DeliveryRefusedError
from bot.events import Button, Delivery
from bot.splitting import split_text

LONGEST = 2000
"""Characters in a message."""


async def deliver(rest: Rest, delivery: Delivery) -> str:
    """Send a reply and return the id of its first message. Raises DeliveryError, or SettingsError for a bad token."""
    parts = split_text(to_markdown(delivery.reply.text), LONGEST)
    if not parts:
        raise DeliveryRefusedError("there is nothing to see in this reply")
    try:
        token = ReplyToken.parse(delivery.reply_token) if delivery.reply_token else None
        if token is None or not (delivery.reply.ephemeral or token.kind == "command"):
            return await _say(rest, delivery, parts)
        return await _answer(rest, delivery, parts, token)
    except FAILURES as error:
        raise to_delivery_error(error) from error


async def _say(rest: Rest, delivery: Delivery, parts: list[str], *, answers: bool = True) -> str:
    """Post ordinary messages; the first points to what it answers. Each has a nonce, so a repeat is harmless."""
    channel = int(delivery.conversation.conversation_id)
    if delivery.reply.ephemeral and not await rest.is_direct(channel):
        raise DeliveryRefusedError("it is for one person only, and others can read this channel")
    ids = [
        await rest.post(
            channel,
            part,
            f"{delivery.nonce}.{number}" if number else delivery.nonce,
            delivery.reply_to if answers and not number else None,
            _buttons(delivery, last=number == len(parts) - 1),
        )
        for number, part in enumerate(parts)
    ]
    return ids[0]


async def _answer(rest: Rest, delivery: Delivery, parts: list[str], token: ReplyToken) -> str:
    """Answer an interaction; once Discord no longer takes that, in the channel, unless it is for the caller only."""
    secret = delivery.reply.ephemeral or token.ephemeral
    try:
        if not token.is_valid():
            raise DeliveryRefusedError("it is too late to answer this interaction")
        return await _answer_in_time(rest, delivery, parts, token)
    except (discord.HTTPException, DeliveryRefusedError) as error:
        if isinstance(error, discord.HTTPException) and error.code not in EXPIRED:
            raise
        if secret:
            raise DeliveryRefusedError("it is too late to answer the caller alone") from error
        return await _say(rest, delivery, parts)


async def _answer_in_time(rest: Rest, delivery: Delivery, parts: list[str], token: ReplyToken) -> str:
    """The first part takes the place of "is thinking", where there is such a place and it is private enough."""
    ephemeral = delivery.reply.ephemeral or token.ephemeral
    fills = token.kind == "command" and token.ephemeral == ephemeral
    if token.kind == "command" and not fills:
        await _withdraw(rest, token)
    first = _buttons(delivery, last=len(parts) == 1)
    if fills:
        id_ = await rest.fill(token, parts[0], first)
    else:
        id_ = await rest.follow_up(token, parts[0], first, ephemeral=True)
    for number, part in enumerate(parts[1:], 2):
        buttons = _buttons(delivery, last=number == len(parts))
        if ephemeral:  # these alone have no nonce: broken off here, they may be seen twice by the caller
            await rest.follow_up(token, part, buttons, ephemeral=True)
        else:
            channel = int(delivery.conversation.conversation_id)
            await rest.post(channel, part, f"{delivery.nonce}.{number - 1}", None, buttons)
    return id_


async def _withdraw(rest: Rest, token: ReplyToken) -> None:
    try:
        await rest.withdraw(token)
    except discord.NotFound:  # an earlier try has done it
        return


def _buttons(delivery: Delivery, *, last: bool) -> tuple[Button, ...]:
    return delivery.reply.buttons if last else ()
