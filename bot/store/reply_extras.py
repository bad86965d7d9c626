"""What a reply has beside its text, as the outbox keeps it."""

from __future__ import annotations

import json
from typing import Any

from bot.events import Button, Reply

_JSON = json.JSONEncoder(ensure_ascii=False)


def encode_extras(reply: Reply) -> str | None:
    """Return JSON of what a reply has beside its text; None for a plain one, as nearly all are."""
    if not (reply.ephemeral or reply.buttons):
        return None
    return _JSON.encode(
        {"ephemeral": reply.ephemeral, "buttons": [[button.label, button.payload] for button in reply.buttons]}
    )


def decode_reply(text: str, extras: str | None) -> Reply:
    """Rebuild a reply from its text and what `encode_extras` gave."""
    if extras is None:
        return Reply(text)
    found: dict[str, Any] = json.loads(extras)
    return Reply(text, found["ephemeral"], tuple(Button(label, payload) for label, payload in found["buttons"]))
