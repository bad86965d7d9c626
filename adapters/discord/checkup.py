"""What `familiar check` tries on Discord."""

from __future__ import annotations

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
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login(token)
            guilds = await Rest(client.http).list_guilds()
            return _findings(settings, client, guilds)
    except discord.LoginFailure:
        return [Finding(False, BAD_TOKEN)]
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        return [Finding(False, f"Discord can't be reached ({type(error).__name__}): try again later")]


def _findings(settings: DiscordSettings, client: discord.Client, guilds: list[dict[str, object]]) -> list[Finding]:
    name = client.user.name if client.user else "?"
    findings = [Finding(True, f"Discord knows the bot as {name}")]
    flags = client.application_flags
    if settings.message_content and not (flags.gateway_message_content or flags.gateway_message_content_limited):
        findings.append(Finding(False, NO_CONTENT_INTENT))
    invite = _INVITE.format(app=client.application_id, needed=NEEDED.value)
    if not guilds:
        findings.append(Finding(False, f"the bot is on no server yet: invite it with {invite}"))
    for guild in guilds:
        missing = NEEDED.value & ~int(str(guild["permissions"]))
        if missing and not int(str(guild["permissions"])) & discord.Permissions(administrator=True).value:
            lacks = ", ".join(name.replace("_", " ") for name, on in discord.Permissions(missing) if on)
            findings.append(
                Finding(False, f"in {guild['name']} the bot lacks {lacks}: give them to its role, or {invite}")
            )
    if all(finding.ok for finding in findings):
        findings.append(
            Finding(True, f"it is on {len(guilds)} server{'s' if len(guilds) != 1 else ''} and may write there")
        )
    return findings
