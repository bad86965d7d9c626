"""`familiar run` with a network that says one thing, and without Telegram's slow pace: the simulator allows for it."""

from __future__ import annotations

import os

from adapters.telegram import pacing, polling
from tests.adapters.familiar_with_fakes import main

if __name__ == "__main__":
    pacing.PER_CHAT = pacing.PER_GROUP = pacing.IN_ALL = (1000, 1.0)
    if os.environ.get("PROBE_IS_ESTABLISHED"):
        polling.PROBATION_SECONDS = 0.0
    main()
