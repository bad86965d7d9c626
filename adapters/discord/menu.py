"""The host's commands as Discord's slash commands: pure functions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from bot.commands import Command, Option, Permission

LONGEST_DESCRIPTION = 100
IN_SERVERS_AND_DIRECT = [0, 1]
FOR_SERVERS = [0]
MANAGE_SERVER = str(1 << 5)
"""Whom Discord shows an admin command in a server. Who may call it the host decides."""

_COMMAND, _SUB_COMMAND = 1, 1
_OPTION_TYPES = {str: 3, int: 4, bool: 5, float: 10}


def to_menu(commands: Sequence[Command]) -> list[dict[str, Any]]:
    """The body that replaces all global commands. "model status" and "model list" come together under "model"."""
    menu: dict[str, dict[str, Any]] = {}
    for command in commands:
        first, _, second = command.name.partition(" ")
        if second:
            group = menu.setdefault(first, _entry(first, f"About the {first}", command.permission))
            group["options"].append({"type": _SUB_COMMAND, **_named(second, command.description, command.options)})
            if command.permission is Permission.EVERYONE:
                group["default_member_permissions"] = None
        else:
            menu[first] = _entry(first, command.description, command.permission, command.options)
    return list(menu.values())


def fingerprint(menu: Sequence[dict[str, Any]], app: int) -> str:
    """Changes with the menu and with the application that has it."""
    return sha256(json.dumps([app, *menu], sort_keys=True).encode()).hexdigest()


def _entry(name: str, description: str, permission: Permission, options: Sequence[Option] = ()) -> dict[str, Any]:
    return {
        "type": _COMMAND,
        **_named(name, description, options),
        "default_member_permissions": MANAGE_SERVER if permission is Permission.ADMIN else None,
        "contexts": IN_SERVERS_AND_DIRECT,
        "integration_types": FOR_SERVERS,
    }


def _named(name: str, description: str, options: Sequence[Option]) -> dict[str, Any]:
    return {"name": name, "description": _shorten(description), "options": [_option(option) for option in options]}


def _option(option: Option) -> dict[str, Any]:
    about = {"name": option.name, "description": option.name.replace("_", " "), "required": option.required}
    return {"type": _OPTION_TYPES[option.kind], **about}


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1] + "…"
