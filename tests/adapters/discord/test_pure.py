"""Menus, reply tokens and what failures mean."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest
from discord.utils import snowflake_time

from adapters.discord.failures import to_delivery_error, to_settings_error
from adapters.discord.menu import MANAGE_SERVER, fingerprint, to_menu
from adapters.discord.tokens import ReplyToken
from bot.commands import Command, Option, Permission
from bot.errors import (
    DeliveryError,
    DeliveryRefusedError,
    DeliveryUncertainError,
    FamiliarError,
    SettingsError,
)
from tests.simulators.discord_payloads import snowflake


def failure(status: int, code: int, kind: type[discord.HTTPException] = discord.HTTPException) -> discord.HTTPException:
    response = SimpleNamespace(status=status, reason="Reason")
    return kind(cast(Any, response), cast(Any, {"code": code, "message": "Words"}))


MEANINGS: dict[str, tuple[Exception, type[FamiliarError]]] = {
    "50007": (failure(403, 50007, discord.Forbidden), DeliveryRefusedError),
    "50013": (failure(403, 50013, discord.Forbidden), DeliveryRefusedError),
    "50001": (failure(403, 50001, discord.Forbidden), DeliveryRefusedError),
    "10003": (failure(404, 10003, discord.NotFound), DeliveryRefusedError),
    "50006": (failure(400, 50006), DeliveryRefusedError),
    "401": (failure(401, 0), SettingsError),
    "429": (failure(429, 0), DeliveryError),
    "503": (failure(503, 0, discord.DiscordServerError), DeliveryUncertainError),
    "dropped": (aiohttp.ServerDisconnectedError(), DeliveryUncertainError),
    "reset": (ConnectionResetError(), DeliveryUncertainError),
    "timeout": (TimeoutError(), DeliveryUncertainError),
    "closed": (RuntimeError("Session is closed"), DeliveryError),
    "no answer": (DeliveryUncertainError("no answer"), DeliveryUncertainError),
}


@pytest.mark.parametrize(("error", "kind"), MEANINGS.values(), ids=MEANINGS)
def test_failures_mean(error: Exception, kind: type[FamiliarError]) -> None:
    assert type(to_delivery_error(error)) is kind


def test_a_token_of_an_interaction_is_not_the_bots() -> None:
    assert to_settings_error(failure(401, 50027)) is None
    assert isinstance(to_settings_error(failure(401, 0)), SettingsError)
    assert to_settings_error(KeyError("a malformed event")) is None


def test_a_reply_token_comes_back_as_it_was() -> None:
    token = ReplyToken("command", snowflake(), 100, True, "aW50:with:colons")
    assert ReplyToken.parse(str(token)) == token
    with pytest.raises(ValueError, match="not"):
        ReplyToken.parse("telegram:1:2:3:4")


def test_a_reply_token_is_valid_for_a_quarter_of_an_hour() -> None:
    token = ReplyToken("button", snowflake(), 100, False, "t")
    made = snowflake_time(token.interaction)
    assert token.is_valid(made + timedelta(minutes=14))
    assert not token.is_valid(made + timedelta(minutes=15))


def test_commands_become_a_menu() -> None:
    options = (Option("times"), Option("size", int), Option("share", float, False), Option("loud", bool, False))
    [roll, model] = to_menu(
        [
            Command("roll", "Roll dice " * 20, options),
            Command("model status", "Tell about the model"),
            Command("model swap", "Swap it", (Option("name"),), Permission.ADMIN),
        ]
    )
    assert len(roll["description"]) == 100
    assert [(option["type"], option["required"]) for option in roll["options"]] == [
        (3, True),
        (4, True),
        (10, False),
        (5, False),
    ]
    assert [(sub["type"], sub["name"]) for sub in model["options"]] == [(1, "status"), (1, "swap")]
    assert model["default_member_permissions"] is None


def test_admin_commands_are_shown_to_those_who_manage_a_server() -> None:
    admin = Permission.ADMIN
    [one, group] = to_menu([Command("stop", "Stop", (), admin), Command("model swap", "Swap", (), admin)])
    assert one["default_member_permissions"] == group["default_member_permissions"] == MANAGE_SERVER


def test_a_fingerprint_changes_with_the_menu_and_the_application() -> None:
    menu = to_menu([Command("a", "b")])
    prints = {
        fingerprint(menu, 1),
        fingerprint(menu, 2),
        fingerprint(to_menu([Command("a", "c")]), 1),
        fingerprint([], 1),
    }
    assert len(prints) == 4
    assert fingerprint(to_menu([Command("a", "b")]), 1) == fingerprint(menu, 1)
