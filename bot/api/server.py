"""Serves the web application on the loop that everything else runs on."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from bot.errors import SettingsError
from bot.settings import ApiSettings

FINISH_SECONDS = 5
"""How long a request that was begun may take when the server stops."""

_log = structlog.get_logger(__name__)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield  # the App decides when it ends


class HttpServer:
    """Listens from `start` to `aclose`."""

    def __init__(self, settings: ApiSettings, app: FastAPI) -> None:
        self._settings = settings
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # paths may hold secrets
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=FINISH_SECONDS,
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None
        self.port = settings.port
        """Where it listens, once started."""

    def start(self) -> None:
        """Listen; requests are taken from now on. Raises SettingsError where the port can't be had."""
        listener = _listen(self._settings)
        self.port = listener.getsockname()[1]
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        _log.info("listening", host=self._settings.host, port=self.port)

    async def aclose(self) -> None:
        """Take no more requests and finish those that were begun. Safe to call twice."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving


def _listen(settings: ApiSettings) -> socket.socket:
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        where, reason = f"{settings.host}:{settings.port}", os.strerror(error.errno) if error.errno else str(error)
        raise SettingsError(f"can't listen on {where} ({reason}): set api.port or api.host to another") from None
