"""The wire under python-telegram-bot: aiohttp, which needs a third of the time that the library's httpx needs.

It also knows better what became of a call that failed, which decides whether a message may be sent again.
"""

from __future__ import annotations

from typing import Any

import aiohttp
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

SECONDS = 15.0
"""How long a call may take. It is what the answer to a long poll may be late, too."""


class NotSentError(NetworkError):
    """Nothing of the call left this machine."""


class UnansweredError(NetworkError):
    """The call left and no answer came: nobody can tell what became of it."""


class Connections(BaseRequest):
    """A few connections, used in the order in which calls come. None is made before the first call."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return SECONDS

    async def initialize(self) -> None:
        """Nothing is needed."""

    async def shutdown(self) -> None:
        """Close the connections. Safe to call twice."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        """Call a method and return the status and the body. Raises NotSentError or UnansweredError."""
        seconds = read_timeout if isinstance(read_timeout, int | float) else SECONDS
        timeout = aiohttp.ClientTimeout(sock_connect=SECONDS, sock_read=seconds)
        given = request_data.json_parameters if request_data else None
        try:
            async with self._open().request(method, url, data=given, timeout=timeout) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise NotSentError(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnansweredError(type(error).__name__) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Idle connections are left soon: one that the other side left first would make the next call uncertain.
            connector = aiohttp.TCPConnector(limit=self._most, keepalive_timeout=5.0)
            self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(), trust_env=True)
        return self._session
