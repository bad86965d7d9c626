"""From slash commands and buttons to events: pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import discord

from adapters.discord.convert import place_of, to_author
from adapters.discord.tokens import ReplyToken
from bot.events import ActionInvoked, CommandInvoked

_SUB_COMMANDS = (1, 2)


def to_call(interaction: discord.Interaction[Any], token: ReplyToken) -> CommandInvoked | ActionInvoked:
    """A slash command that was called, or a button that was pressed."""
    data = cast(Mapping[str, Any], interaction.data or {})
    about: dict[str, Any] = {
        "at": interaction.created_at,
        "update_id": str(interaction.id),
        "author": to_author(interaction.user),
        "reply_token": str(token),
        **place_of(interaction.channel, interaction.guild_id),
    }
    if interaction.type is discord.InteractionType.application_command:
        name, options = read_options(data)
        return CommandInvoked(name=name, options=options, is_direct=interaction.guild_id is None, **about)
    source = str(interaction.message.id) if interaction.message else None
    return ActionInvoked(payload=str(data.get("custom_id", "")), message_id=source, **about)


def read_options(data: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """The full name of the command that was called ("model status") and its options as text."""
    name, options = str(data.get("name", "")), _options(data)
    while options and options[0].get("type") in _SUB_COMMANDS:
        name, options = f"{name} {options[0]['name']}", _options(options[0])
    return name, {str(option["name"]): _as_text(option.get("value")) for option in options}


def _options(data: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return data.get("options") or ()


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
