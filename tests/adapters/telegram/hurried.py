"""`familiar run` with a network that says one thing, and without Telegram's slow pace: the simulator allows for it."""

from __future__ import annotations

import asyncio
import os
import sys

from adapters.telegram import pacing, polling
from bot.errors import FamiliarError
from tests.adapters.discord.familiar_with_fakes import serve

if __name__ == "__main__":
    pacing.PER_CHAT = pacing.PER_GROUP = pacing.IN_ALL = (1000, 1.0)
    if os.environ.get("PROBE_IS_ESTABLISHED"):
        polling.PROBATION_SECONDS = 0.0
    try:
        asyncio.run(serve())
    except FamiliarError as error:
        print(f"familiar: {error}", file=sys.stderr)
        sys.exit(2)
