"""Waiting longer after each failure, for everything that tries again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import structlog

from bot.errors import StoreUnavailableError

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

_log = structlog.get_logger(__name__)


def delays(*, first: float = 0.5, longest: float = 30.0) -> Iterator[float]:
    """Seconds to wait before each further try: doubling from `first` up to `longest`, without end."""
    delay = first
    while True:
        yield delay
        delay = min(delay * 2, longest)


async def until_available(use: Callable[[], Awaitable[T]], sleep: Sleep = asyncio.sleep) -> T:
    """Repeat a use of the store that can't be done without until it succeeds, and return what it returns.

    A locked database or a full disk holds back the conversations it concerns; they go on by themselves afterwards.
    """
    for delay in delays(first=0.1, longest=5.0):
        try:
            return await use()
        except StoreUnavailableError as error:
            _log.error("the store is unavailable", reason=str(error), next_try_seconds=delay)
            await sleep(delay)
    raise AssertionError("delays never end")
