"""What `familiar check` tries on Discord."""

from __future__ import annotations

from typing import Any

import aiohttp
import discord

from adapters.discord.failures import BAD_TOKEN, NO_CONTENT_INTENT
from adapters.discord.rest import Rest
from bot.adapter import Finding
from bot.settings import DiscordSettings

NEEDED = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, read_message_history=True
)
_INVITE = "https://discord.com/oauth2/authorize?client_id={app}&scope=bot+applications.commands&permissions={needed}"


async def check_up(settings: DiscordSettings) -> list[Finding]:
    """Log in, look at switches and permissions, and log out; no gateway session is begun."""
    token = settings.token.get_secret_value() if settings.token else ""
    try:
        async with discord.Client(intents=discord.Intents(guilds=True)) as client:
            await client.login(token)
            guilds = await Rest(client.http).list_guilds()
            return _findings(settings, client, guilds)
    except discord.LoginFailure:
        return [Finding(False, BAD_TOKEN)]
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        return [Finding(False, f"Discord can't be reached ({type(error).__name__}): try again later")]


def _findings(settings: DiscordSettings, client: discord.Client, guilds: list[dict[str, Any]]) -> list[Finding]:
    flags = client.application_flags
    findings: list[Finding] = []
    if settings.message_content and not (flags.gateway_message_content or flags.gateway_message_content_limited):
        findings.append(Finding(False, NO_CONTENT_INTENT))
    invite = _INVITE.format(app=client.application_id, needed=NEEDED.value)
    if not guilds:
        findings.append(Finding(False, f"the bot is on no server yet: invite it with {invite}"))
    lacking = ((guild["name"], _lacks(discord.Permissions(int(guild["permissions"])))) for guild in guilds)
    findings += (
        Finding(False, f"in {name} the bot lacks {lacks}: invite it anew with {invite}")
        for name, lacks in lacking
        if lacks
    )
    if not findings:
        servers = "1 server" if len(guilds) == 1 else f"{len(guilds)} servers"
        findings.append(Finding(True, f"the bot is on {servers} and may read and write there"))
    return findings


def _lacks(given: discord.Permissions) -> str:
    """What is needed and not given, in words."""
    if given.administrator:
        return ""
    return ", ".join(name.replace("_", " ") for name, needed in NEEDED if needed and not getattr(given, name))
