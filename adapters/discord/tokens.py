"""How an interaction is answered, in a form that lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Self

from discord.utils import snowflake_time, utcnow

VALID_FOR = timedelta(minutes=14, seconds=45)
"""Discord takes follow-ups for 15 minutes; what would arrive in the last seconds of them is better sent another way."""


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """What Discord wants to see when an interaction is answered. `str` and `parse` give and take a line of text."""

    kind: Literal["command", "button"]
    interaction: int
    app: int
    ephemeral: bool
    """The answer was announced as one that only the caller sees."""
    token: str

    def __str__(self) -> str:
        seen = "ephemeral" if self.ephemeral else "public"
        return f"{self.kind}:{self.interaction}:{self.app}:{seen}:{self.token}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` gave. Raises ValueError."""
        kind, interaction, app, seen, token = text.split(":", 4)
        if kind not in ("command", "button"):
            raise ValueError("not a reply token of Discord's")
        return cls(kind, int(interaction), int(app), seen == "ephemeral", token)  # pyright: ignore[reportArgumentType]

    def is_valid(self, now: datetime | None = None) -> bool:
        """Whether Discord still takes follow-ups."""
        return (now or utcnow()) - snowflake_time(self.interaction) < VALID_FOR
