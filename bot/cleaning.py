"""What comes in is made safe to store, log and send before anything else reads it."""

from __future__ import annotations

import dataclasses

from bot.events import ActionInvoked, Button, CommandInvoked, MessageEdited, MessageReceived, PlatformEvent, Reply


def clean_text(text: str) -> str:
    """Drop NULs, join surrogate pairs and replace lone surrogates: neither databases nor platforms take them."""
    if text.isascii():
        return text if "\0" not in text else text.replace("\0", "")
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_event(event: PlatformEvent, longest: int) -> PlatformEvent:
    """Return the event with clean text, cut to one character more than `longest`: still seen to be too long."""
    changes: dict[str, object] = {}
    if isinstance(event, MessageReceived | MessageEdited):
        text = clean_text(event.text[: longest + 1])
        if text != event.text:
            changes["text"] = text
    elif isinstance(event, CommandInvoked):
        changes = _clean_command(event, longest)
    elif isinstance(event, ActionInvoked) and (payload := clean_text(event.payload)) != event.payload:
        changes["payload"] = payload
    name = clean_text(event.author.name)
    if name != event.author.name:
        changes["author"] = dataclasses.replace(event.author, name=name)
    return dataclasses.replace(event, **changes) if changes else event


def clean_reply(reply: Reply) -> Reply:
    """Return the reply with clean text: a plugin may say anything."""
    text = clean_text(reply.text)
    buttons = tuple(Button(clean_text(button.label), clean_text(button.payload)) for button in reply.buttons)
    return reply if (text, buttons) == (reply.text, reply.buttons) else Reply(text, reply.ephemeral, buttons)


def _clean_command(event: CommandInvoked, longest: int) -> dict[str, object]:
    changes: dict[str, object] = {}
    for field in ("name", "arguments"):
        given = getattr(event, field)
        if (clean := clean_text(given[: longest + 1])) != given:
            changes[field] = clean
    if event.options:
        changes["options"] = {name: clean_text(value[: longest + 1]) for name, value in event.options.items()}
    return changes
