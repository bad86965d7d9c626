"""Where a process is to die: by SIGKILL, the how-manieth time it comes to a named stage. The product has no hook."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

from bot.events import PlatformEvent
from bot.store.outcome import Outcome
from bot.store.store import Store

BEFORE_INBOX = "before the inbox commit"
AFTER_INBOX = "after the inbox commit"
GENERATING = "mid-generation"
BEFORE_SEND = "after the outcome commit, before the send"
AFTER_SEND = "after the send, before the mark"
AFTER_REFUSAL = "after the platform asked to wait, before the next try"
STAGES = (BEFORE_INBOX, AFTER_INBOX, GENERATING, BEFORE_SEND, AFTER_SEND)

Reach = Callable[[str], None]
"""Tells that a stage is reached. Does not return where that is the end."""


@dataclass(slots=True)
class Doom:
    """Kills its process the `countdown`-th time the stage is reached. Without a stage somebody else has to do it."""

    stage: str | None
    countdown: int

    def reach(self, stage: str) -> None:
        if stage != self.stage:
            return
        self.countdown -= 1
        if self.countdown == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def mortal_store(reach: Reach) -> type[Store]:
    """The real store, with the stages around its commits."""

    class MortalStore(Store):
        async def save_event(self, event: PlatformEvent) -> int | None:
            reach(BEFORE_INBOX)
            inbox_id = await super().save_event(event)
            reach(AFTER_INBOX)
            return inbox_id

        async def save_outcome(self, outcome: Outcome) -> None:
            await super().save_outcome(outcome)
            reach(BEFORE_SEND)

        async def withdraw_attempt(self, nonce: str) -> None:
            await super().withdraw_attempt(nonce)
            reach(AFTER_REFUSAL)

        async def save_delivered(self, nonce: str, message_id: str | None) -> None:
            reach(AFTER_SEND)
            await super().save_delivered(nonce, message_id)

    return MortalStore
