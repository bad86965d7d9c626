"""The sections of the settings, each frozen and without unknown names."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import NoDecode


def _split_names(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        return json.loads(value)
    return tuple(name.strip() for name in value.split(",") if name.strip())


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_names)]
"""Names: a list in the file; in the environment text separated by commas, or JSON."""


class Section(BaseModel):
    """Root of all sections."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BotSettings(Section):
    """Who the bot is."""

    name: str = "Familiar"
    names: Names = ()
    """What it answers to in groups, besides a mention: whole words at the start or end of a message, in any case."""
    persona: tuple[str, ...] = ("I am Familiar, a friendly companion.",)
    """First-person sentences the network is conditioned on."""
    help_line: str = ""
    """Whom to call in a crisis, as it follows "call": "113, or the crisis line on 116 123". Empty: a general phrase."""


class LimitSettings(Section):
    """How much is taken in. Rates are written as `20 per 10 seconds`."""

    per_user: str = "20 per 10 seconds"
    per_conversation: str = "60 per 10 seconds"
    in_all: str = "20000 per second"
    message_length: int = Field(default=4000, ge=1)
    """Longest message that is read, in characters."""
    waiting_per_conversation: int = Field(default=32, ge=1)
    waiting_in_all: int = Field(default=10_000, ge=1)

    @field_validator("per_user", "per_conversation", "in_all")
    @classmethod
    def _is_rate(cls, value: str) -> str:
        from limits import parse

        try:
            parse(value)
        except ValueError:
            raise ValueError("write a rate such as '20 per 10 seconds'") from None
        return value


class ModelSettings(Section):
    """Which model speaks, and how long it may take."""

    version: str | None = None
    """A registered version, an alias, or a checkpoint folder; none: the champion, or the starter that ships."""
    deadline_seconds: float = Field(default=20.0, gt=0)
    threads: int = Field(default=2, ge=1)
    """CPU threads the network may use."""


class LogSettings(Section):
    """Logs go to standard error and never hold message text."""

    level: Literal["debug", "info", "warning", "error", "critical"] = "warning"
    json_lines: bool = False


class DiscordSettings(Section):
    """The Discord adapter. It is switched on by its token."""

    token: SecretStr | None = None
    message_content: bool = True
    """Ask for the message content intent; without it only direct messages, mentions and replies can be read."""
    api_base: str | None = None
    """Where the REST API is, version included; none: Discord's own."""
    gateway_url: str | None = None


class TelegramSettings(Section):
    """The Telegram adapter. It is switched on by its token."""

    token: SecretStr | None = None
    mode: Literal["polling", "webhook"] = "polling"
    base_url: str | None = None
    """A Bot API server of one's own, up to and including `/bot`; none: Telegram's."""
    base_file_url: str | None = None
    webhook_url: str | None = None
    """Where Telegram reaches this machine: https, forwarded to the host's HTTP server."""
    webhook_secret: SecretStr | None = None


class ApiSettings(Section):
    """The HTTP server: health, and what adapters bring."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    """0 takes any free one."""


class SpaceSettings(Section):
    """How it behaves in one server or group."""

    conversations: Names = ()
    """Ids of the conversations it speaks in, their threads included; none named: all."""
    mode: Literal["addressed", "active"] = "addressed"
    """Whether it answers what is addressed to it, or everything."""
    memory: Literal["member", "shared"] = "member"
    """Whether it remembers with each member what they said, or with all together what was said."""
