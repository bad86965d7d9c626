"""For `familiar check`: what the live API says of token, groups and webhook, and which switch to flip."""

from __future__ import annotations

from urllib.parse import urlsplit

from telegram import User, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from adapters.telegram.client import API, REVOKED, Client
from adapters.telegram.places import PLATFORM
from bot.adapter import Finding
from bot.settings import Settings


async def look(client: Client, settings: Settings) -> list[Finding]:
    """Try the token and read what it may do. Takes no update and sends nothing."""
    try:
        me = await client.get_me()
        hook = await client.get_webhook_info()
    except InvalidToken:
        return [Finding(False, REVOKED)]
    except TelegramError:
        host = urlsplit(settings.telegram.base_url or API).netloc
        return [Finding(False, f"{host} can't be reached: check the network, or telegram.base_url where it is set")]
    return [
        Finding(True, f"the token is that of @{me.username}"),
        _look_at_groups(me),
        _look_at_privacy(me, settings),
        _look_at_webhook(hook, settings),
    ]


def _look_at_groups(me: User) -> Finding:
    if me.can_join_groups:
        return Finding(True, "it can be added to groups")
    return Finding(True, "it can't be added to groups; to change that: @BotFather, /setjoingroups, Enable")


def _look_at_privacy(me: User, settings: Settings) -> Finding:
    active = [name for name, space in settings.spaces.items() if space.mode == "active"]
    needs_all = bool(settings.bot.names) or any(name.startswith(f"{PLATFORM}:") for name in active)
    if me.can_read_all_group_messages:
        return Finding(True, "in groups it reads everything")
    change = "@BotFather, /setprivacy, Disable, then remove it from the group and add it again"
    if needs_all:
        return Finding(
            False, f"in groups it reads only mentions, replies and commands, but the settings want more: {change}"
        )
    return Finding(True, f"in groups it reads only mentions, replies and commands; to change that: {change}")


def _look_at_webhook(hook: WebhookInfo, settings: Settings) -> Finding:
    if settings.telegram.mode == "polling":
        if not hook.url:
            return Finding(True, "updates are fetched by polling")
        return Finding(False, taken_by_webhook(hook.url))
    if hook.last_error_message and hook.url == settings.telegram.webhook_url:
        return Finding(False, f"Telegram can't reach telegram.webhook_url: {hook.last_error_message}")
    return Finding(True, "updates come by webhook")


def taken_by_webhook(url: str) -> str:
    """What to do when updates go to another program's webhook."""
    host = urlsplit(url).netloc
    return (
        f"this Telegram bot's updates go to a webhook at {host}: stop what runs there and call deleteWebhook, set "
        "telegram.mode to webhook, or get another token from @BotFather with /newbot"
    )
