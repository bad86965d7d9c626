"""What goes wrong on demand between a bot and a simulated platform."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass
class Fault:
    """What some calls meet. `match` is a pattern found in `METHOD /path`."""

    match: str = ""
    status: int = 500
    """The HTTP status of the answer."""
    body: str | None = None
    """The answer as it is, sent as HTML; none: the platform's own way to say this status."""
    retry_after: float | None = None
    """Seconds a 429 asks to wait."""
    drop: bool = False
    """Break the connection off instead of answering."""
    delay: float = 0.0
    """Seconds before anything else happens. With status 0 the call is served after that."""
    served: bool = False
    """The call has its effect; only the answer is lost."""
    hang: bool = False
    """The answer never comes."""
    times: int = 1
    """How many calls meet it before it is used up."""
    every: int = 1
    """Only each so-manieth call meets it."""
    seen: int = 0

    def meets(self, call: str) -> bool:
        """Whether this call meets it, counting those it matches."""
        if self.times <= 0 or not re.search(self.match, call):
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.times -= 1
        return True


class FaultQueue:
    """The faults that are still to happen, first come first served."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, **about: Any) -> Fault:
        """Queue a fault made of these fields."""
        fault = Fault(**about)
        self._faults.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that a call meets, if any."""
        return next((fault for fault in self._faults if fault.meets(f"{method} {path}")), None)

    def clear(self) -> None:
        """Forget them all."""
        self._faults.clear()
