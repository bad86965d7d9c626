"""Being asked to stop, by a signal or by a call."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Made once, what was begun is finished; made again, nothing is waited for any more."""

    def __init__(self) -> None:
        self._made = asyncio.Event()
        self._made_again = asyncio.Event()

    def make(self) -> None:
        """Ask."""
        if self._made.is_set():
            self._made_again.set()
        self._made.set()

    async def wait(self) -> None:
        """Return once it is made."""
        await self._made.wait()

    async def wait_for_another(self) -> None:
        """Return once it is made again."""
        await self._made_again.wait()

    @contextmanager
    def by_signals(self) -> Generator[None]:
        """Let signals make it, too."""
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, self.make)
        try:
            yield
        finally:
            for number in STOP_SIGNALS:
                loop.remove_signal_handler(number)
