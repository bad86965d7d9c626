"""Slash commands and buttons on the simulated Discord: calls, acknowledgements, answers."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from tests.simulators import discord_payloads as shape
from tests.simulators.discord_payloads import Json, snowflake
from tests.simulators.discord_state import DEFERRED, DEFERRED_UPDATE, EPHEMERAL, LOADING, Interaction, Refused, World

COMMAND, COMPONENT = 2, 3
MESSAGE, UPDATE = 4, 7
ACK_SECONDS, TOKEN_SECONDS = 3.0, 900.0
SUB_COMMAND = 1
OPTION_TYPES: Mapping[type, int] = {str: 3, int: 4, bool: 5, float: 10}


def call(
    world: World,
    channel: int,
    name: str,
    options: Mapping[str, Any] | None = None,
    *,
    person: int = 201,
    sub: str = "",
    age: float = 0.0,
) -> int:
    """Have somebody call `/name` or `/name sub` `age` seconds ago, and return the interaction's id."""
    given = [{"name": key, "type": OPTION_TYPES[type(value)], "value": value} for key, value in (options or {}).items()]
    if sub:
        given = [{"name": sub, "type": SUB_COMMAND, "options": given}]
    data = {"id": "900", "name": name, "type": 1, "options": given}
    return _begin(world, COMMAND, channel, person, data, age=age)


def press(world: World, channel: int, message: int, custom_id: str, *, person: int = 201) -> int:
    """Have somebody press a button of a message, and return the interaction's id."""
    source = world.channels[channel].messages.get(message) or next(m for m in world.whispers if int(m["id"]) == message)
    buttons = [button for row in source["components"] for button in row["components"]]
    assert any(button["custom_id"] == custom_id for button in buttons), f"{buttons} has no {custom_id!r}"
    data = {"custom_id": custom_id, "component_type": 2}
    return _begin(world, COMPONENT, channel, person, data, source)


def _begin(
    world: World, kind: int, channel: int, person: int, data: Json, source: Json | None = None, *, age: float = 0.0
) -> int:
    id_ = snowflake(time.time() - age)
    begun = world.interactions[id_] = Interaction(id_, f"sim-interaction-{id_}", kind, channel, person, source)
    where = world.channels[channel]
    payload: Json = {
        "id": str(id_),
        "application_id": str(world.app_id),
        "type": kind,
        "token": begun.token,
        "channel_id": str(channel),
        "channel": where.payload(world.people),
        "data": data,
        **shape.interaction_fields(where.guild_id, str(person)),
    }
    if where.guild_id is None:
        payload["user"] = world.people[person]
    else:
        payload |= {"guild_id": str(where.guild_id), "guild_locale": "en-US"}
        payload |= {"guild": {"id": str(where.guild_id), "locale": "en-US", "features": []}}
        payload["member"] = shape.member(world.people[person], shape.PERMISSIONS)
    if source is not None:
        payload["message"] = source
    world.dispatch("INTERACTION_CREATE", payload, where.guild_id)
    return id_


def acknowledge(world: World, id_: int, token: str, body: Json) -> Json:
    """Take a callback and return what `?with_response=1` gives. Raises Refused with 10062 or 40060."""
    found = world.interactions.get(id_)
    if found is None or found.token != token or time.time() - shape.snowflake_time(id_) > ACK_SECONDS:
        raise Refused(404, shape.refusal(10062, "Unknown interaction"))
    if found.callback is not None:
        raise Refused(400, shape.refusal(40060, "Interaction has already been acknowledged."))
    kind = body.get("type")
    allowed = (MESSAGE, DEFERRED) if found.type == COMMAND else (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE)
    if kind not in allowed:
        raise Refused(400, shape.form_error("type", "INTERACTION_APPLICATION_COMMAND_INVALID_CALLBACK_TYPE", "Invalid"))
    found.callback = kind
    about: Json = {"id": str(id_), "type": found.type}
    if kind in (DEFERRED_UPDATE, UPDATE):
        found.original = found.source
        return {"interaction": about, "resource": {"type": kind}}
    data: Json = body.get("data") or {}
    found.ephemeral = bool(data.get("flags", 0) & EPHEMERAL)
    loading = LOADING if kind == DEFERRED else 0
    message = _publish(world, found, str(data.get("content", "")), data, loading)
    found.original = message
    about |= {"response_message_id": message["id"], "response_message_loading": bool(loading)}
    about["response_message_ephemeral"] = found.ephemeral
    return {"interaction": about, "resource": {"type": kind, "message": message}}


def find(world: World, app_id: int, token: str) -> Interaction:
    """The interaction a follow-up belongs to. Raises Refused with 10015 or 50027."""
    found = next((one for one in world.interactions.values() if one.token == token), None)
    if app_id != world.app_id or found is None or found.callback is None:
        raise Refused(404, shape.refusal(10015, "Unknown Webhook"))
    if found.expired or time.time() - shape.snowflake_time(found.id) > TOKEN_SECONDS:
        raise Refused(401, shape.refusal(50027, "Invalid Webhook Token"))
    return found


def follow_up(world: World, found: Interaction, body: Json) -> Json:
    """Take a follow-up: the first one after a deferral fills the placeholder and is as ephemeral as that."""
    if found.original is not None and found.original["flags"] & LOADING:
        return change_original(world, found, body)
    found.ephemeral = bool(body.get("flags", 0) & EPHEMERAL)
    return _publish(world, found, body["content"], body, 0)


def change_original(world: World, found: Interaction, body: Json) -> Json:
    """Change the answer of an interaction, or for a deferred press the message with the button."""
    message = found.original
    if message is None:
        raise Refused(404, shape.refusal(10008, "Unknown Message"))
    edited = message["flags"] & LOADING == 0
    message |= {"content": body["content"], "flags": message["flags"] & ~LOADING}
    message["components"] = body.get("components") or []
    message["edited_timestamp"] = shape.iso() if edited else None
    world.happened()
    return message


def delete_original(world: World, found: Interaction) -> None:
    """Take the answer of an interaction away, or its placeholder."""
    message = found.original
    if message is None:
        raise Refused(404, shape.refusal(10008, "Unknown Message"))
    world.channels[found.channel].messages.pop(int(message["id"]), None)
    world.whispers = [whisper for whisper in world.whispers if whisper is not message]
    found.original = None
    world.happened()


def _publish(world: World, found: Interaction, text: str, body: Json, flags: int) -> Json:
    about: Json = {"webhook_id": str(world.app_id), "application_id": str(world.app_id), "type": 20}
    about |= {"flags": flags | (EPHEMERAL if found.ephemeral else 0), "components": body.get("components") or []}
    message = world.make_message(found.channel, world.app_id, text, **about)
    if found.ephemeral:
        world.whispers.append(message)
    else:
        world.channels[found.channel].messages[int(message["id"])] = message
        world.repeat(found.channel, int(message["id"]))
    world.happened()
    return message
