"""What the bot may post on the simulated Discord, and what it reads back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.simulators import discord_payloads as shape
from tests.simulators.discord_payloads import Json
from tests.simulators.discord_state import Channel, Refused, World

LONGEST, LONGEST_NONCE, LONGEST_LABEL, LONGEST_CUSTOM_ID = 2000, 25, 80, 100
EVERYONE = 0


def check_content(body: Json) -> None:
    """Raises Refused with 50035 for a text that is too long, with 50006 for one that is empty."""
    text = str(body.get("content") or "")
    if len(text) > LONGEST:
        too_long = f"Must be {LONGEST} or fewer in length."
        raise Refused(400, shape.form_error("content", "BASE_TYPE_MAX_LENGTH", too_long))
    if not text.strip():
        raise Refused(400, shape.refusal(50006, "Cannot send an empty message"))
    body["content"] = text.strip()


def check_components(body: Json) -> None:
    """Raises Refused with 50035 for rows of buttons that Discord would not take."""
    rows: list[Json] = body.get("components") or []
    buttons: list[Json] = [button for row in rows for button in row["components"]]
    ids = [str(button.get("custom_id", "")) for button in buttons]
    if len(rows) > 5 or any(row["type"] != 1 or not 1 <= len(row["components"]) <= 5 for row in rows):
        raise Refused(400, shape.form_error("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length."))
    if len(set(ids)) < len(ids):
        twice = "Component custom id cannot be duplicated"
        raise Refused(400, shape.form_error("components", "COMPONENT_CUSTOM_ID_DUPLICATED", twice))
    for button, id_ in zip(buttons, ids, strict=True):
        if not (1 <= len(str(button.get("label", ""))) <= LONGEST_LABEL and 1 <= len(id_) <= LONGEST_CUSTOM_ID):
            raise Refused(400, shape.form_error("components", "BASE_TYPE_BAD_LENGTH", "Bad length"))


def post_message(world: World, channel: Channel, body: Json) -> Json:
    """Take a message of the bot's and return it. A nonce that was seen before returns what it made then."""
    if channel.refusal:
        raise channel.refusal
    check_content(body)
    check_components(body)
    nonce = str(body.get("nonce", ""))
    if len(nonce) > LONGEST_NONCE:
        too_long = f"Must be {LONGEST_NONCE} or fewer in length."
        raise Refused(400, shape.form_error("nonce", "BASE_TYPE_MAX_LENGTH", too_long))
    known = world.nonces.get((channel.id, nonce)) if body.get("enforce_nonce") and nonce else None
    if known is not None:
        return channel.messages[known]
    about: Json = {"components": body.get("components") or [], **_reference(channel, body)}
    message = world.make_message(channel.id, world.app_id, body["content"], **about)
    message["nonce"] = body.get("nonce")
    channel.messages[int(message["id"])] = message
    if nonce:
        world.nonces[channel.id, nonce] = int(message["id"])
    world.pings += pings(body, message)
    world.repeat(channel.id, int(message["id"]))
    return message


def pings(body: Json, message: Json) -> list[int]:
    """Whom a message notifies: everybody it names, unless `allowed_mentions` says otherwise."""
    text, allowed = str(body["content"]), body.get("allowed_mentions")
    parse: list[str] = ["everyone", "users", "roles"] if allowed is None else allowed.get("parse", [])
    found = [EVERYONE] if "everyone" in parse and re.search("@everyone|@here", text) else []
    found += [int(id_) for id_ in re.findall(r"<@!?(\d+)>", text) if "users" in parse]
    found += [int(id_) for id_ in re.findall(r"<@&(\d+)>", text) if "roles" in parse]
    answered: Json | None = message.get("referenced_message")
    if answered and (allowed is None or allowed.get("replied_user")):
        found.append(int(answered["author"]["id"]))
    return found


def list_messages(channel: Channel, query: Mapping[str, Any]) -> list[Json]:
    """A page of history, newest first. `after` gives the oldest that are newer than it, `before` the newest older."""
    if channel.refusal:
        raise channel.refusal
    limit = int(query.get("limit", 50))
    if not 1 <= limit <= 100:
        raise Refused(400, shape.form_error("limit", "NUMBER_TYPE_MAX", "int value should be 1 to 100."))
    ids = sorted(channel.messages)
    if "after" in query:
        ids = [id_ for id_ in ids if id_ > int(query["after"])][:limit]
    else:
        ids = [id_ for id_ in ids if id_ < int(query.get("before", 1 << 63))][-limit:]
    return [channel.messages[id_] for id_ in reversed(ids)]


def _reference(channel: Channel, body: Json) -> Json:
    reference: Json | None = body.get("message_reference")
    if reference is None:
        return {}
    answered = channel.messages.get(int(reference["message_id"]))
    if answered is None:
        if reference.get("fail_if_not_exists", True):
            unknown = "Unknown message"
            raise Refused(400, shape.form_error("message_reference", "REPLIES_UNKNOWN_MESSAGE", unknown))
        return {}
    about = {"message_id": answered["id"], "channel_id": str(channel.id)}
    return {"type": 19, "message_reference": about, "referenced_message": answered}
