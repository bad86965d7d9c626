"""The shapes of Discord's objects, as API v10 sends them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import count
from typing import Any

Json = dict[str, Any]

EPOCH_MS = 1_420_070_400_000  # 2015-01-01 UTC
TEXT, DM, NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 0, 1, 10, 11, 12
PERMISSIONS = str((1 << 10) | (1 << 11) | (1 << 16) | (1 << 38))  # view, send, read history, send in threads
ADMINISTRATOR = str(1 << 3)

_sequence = count(1)


def snowflake(at: float | None = None) -> int:
    """An id of Discord's kind: the time in its upper bits, and greater than every earlier one of that time."""
    milliseconds = int((time.time() if at is None else at) * 1000) - EPOCH_MS
    return (milliseconds << 22) | (next(_sequence) & 0x3FFFFF)


def snowflake_time(id_: int | str) -> float:
    """When an id was made, in seconds since 1970."""
    return ((int(id_) >> 22) + EPOCH_MS) / 1000


def iso(at: float | None = None) -> str:
    """A timestamp of Discord's kind."""
    return datetime.fromtimestamp(time.time() if at is None else at, UTC).isoformat()


def user(id_: int, name: str, *, bot: bool = False) -> Json:
    """A user object."""
    return {
        "id": str(id_),
        "username": name,
        "global_name": None if bot else name.title(),
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
    }


def member(person: Json, permissions: str | None = None) -> Json:
    """A guild member; `permissions` come with interactions only."""
    about: Json = {
        "user": person,
        "nick": None,
        "roles": [],
        "joined_at": iso(0),
        "deaf": False,
        "mute": False,
        "flags": 0,
        "avatar": None,
    }
    return about if permissions is None else {**about, "permissions": permissions}


def guild(id_: int, name: str, me: Json, channels: list[Json], threads: list[Json]) -> Json:
    """What GUILD_CREATE carries; `unavailable` is added by whoever sends it."""
    everyone: Json = {
        "id": str(id_),
        "name": "@everyone",
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": PERMISSIONS,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    return {
        "id": str(id_),
        "name": name,
        "icon": None,
        "owner_id": "1",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "system_channel_id": channels[0]["id"] if channels else None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "joined_at": iso(0),
        "large": False,
        "member_count": 3,
        "features": [],
        "roles": [everyone],
        "emojis": [],
        "stickers": [],
        "soundboard_sounds": [],
        "voice_states": [],
        "members": [member(me)],
        "channels": channels,
        "threads": threads,
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
    }


def interaction_fields(in_guild: int | None, owner: str) -> Json:
    """What every interaction carries beside its own data."""
    return {
        "version": 1,
        "attachment_size_limit": 10_485_760,
        "authorizing_integration_owners": {"0": str(in_guild or owner)},
        "context": 0 if in_guild else 1,
        "entitlements": [],
        "app_permissions": PERMISSIONS,
        "locale": "en-US",
    }


def refusal(code: int, message: str, errors: Json | None = None) -> Json:
    """The body of an error answer."""
    body: Json = {"message": message, "code": code}
    return body if errors is None else {**body, "errors": errors}


def form_error(field: str, code: str, message: str) -> Json:
    """The body of 50035, which names the field that is wrong."""
    return refusal(50035, "Invalid Form Body", {field: {"_errors": [{"code": code, "message": message}]}})
