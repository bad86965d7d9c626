"""What Discord's refusals mean to the host."""

from __future__ import annotations

import aiohttp
import discord

from bot.errors import DeliveryError, DeliveryRefusedError, DeliveryUncertainError, SettingsError

FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError, TimeoutError)
"""What discord.py raises when a call fails; RuntimeError is aiohttp's word for a session that is closed."""

PORTAL = "https://discord.com/developers/applications"
BAD_TOKEN = (
    "Discord refused the token: it is wrong or was revoked; "
    f"make a new one at {PORTAL} under Bot > Reset Token and put it into FAMILIAR_DISCORD__TOKEN"
)
NO_CONTENT_INTENT = (
    f"Discord refused the intents: switch on Message Content Intent at {PORTAL} "
    "under Bot > Privileged Gateway Intents, "
    "or set FAMILIAR_DISCORD__MESSAGE_CONTENT=false to read direct messages and mentions only"
)
_CLOSURES = {
    4004: BAD_TOKEN,
    4010: "Discord refused the shard number (4010): update Familiar, for this is its fault",
    4011: "Discord wants this bot to use more shards (4011): start Familiar again, it then asks how many",
    4012: "Discord no longer speaks this version of its gateway (4012): update Familiar",
    4013: "Discord does not know an intent that was asked for (4013): update Familiar",
    4014: NO_CONTENT_INTENT,
}

EXPIRED = frozenset({10015, 10062, 50027, 10008})
"""Codes that say that an interaction can't be answered any more: unknown, or its token is invalid."""


def to_settings_error(error: BaseException) -> SettingsError | None:
    """What only the operator can mend, in one line with what to do; None where trying again may help."""
    if isinstance(error, SettingsError):
        return error
    if isinstance(error, discord.LoginFailure):
        return SettingsError(BAD_TOKEN)
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return SettingsError(NO_CONTENT_INTENT)
    if isinstance(error, discord.ConnectionClosed) and error.code in _CLOSURES:
        return SettingsError(_CLOSURES[error.code])
    if isinstance(error, discord.HTTPException) and error.status == 401 and error.code == 0:
        return SettingsError(BAD_TOKEN)
    return None


def to_delivery_error(error: Exception) -> DeliveryError | SettingsError:
    """What became of a message whose sending raised `error`."""
    if isinstance(error, DeliveryError):
        return error
    if (refused := to_settings_error(error)) is not None:
        return refused
    if isinstance(error, discord.HTTPException):
        reason = f"Discord answered {error.status} ({error.code})"
        if error.status >= 500:
            return DeliveryUncertainError(reason)
        if error.status in (401, 408, 429):
            return DeliveryError(reason)
        return DeliveryRefusedError(f"{reason}: {' '.join(error.text.split())[:200]}")
    if isinstance(error, aiohttp.ClientConnectorError | RuntimeError):  # nothing left this machine
        return DeliveryError("Discord can't be reached")
    return DeliveryUncertainError(f"the connection to Discord broke ({type(error).__name__})")
