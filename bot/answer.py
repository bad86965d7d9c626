"""What an event comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.events import PlatformEvent, Reply


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to an event and what changes with it. `reply` is None where nothing is said."""

    reply: Reply | None
    source: str
    """Who answers: `command:<name>`, `plugin:<name>`, `brain`, `fallback` or `host`."""
    status: Literal["done", "failed"] = "done"
    model_version: str | None = None
    given: Mapping[str, Any] | None = None
    spoken: bool = False
    """Message and answer belong to what was said in the conversation."""
    forgets_conversation: bool = False


NOTHING = Answer(None, "host")


def host_says(text: str, *, ephemeral: bool = False) -> Answer:
    """A word of the host itself."""
    return Answer(Reply(text, ephemeral), "host")


def host_says_about(event: PlatformEvent, text: str) -> Answer:
    """A word about what somebody did, for them alone where the platform waits for an answer to give them.

    Otherwise, as with a message in a group, an answer that everybody can read is the only one sure to reach them.
    """
    return host_says(text, ephemeral=event.reply_token is not None)
