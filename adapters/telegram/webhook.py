"""The webhook: what Telegram pushes here is answered with 200 only after the host has stored it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

from fastapi import APIRouter, Request, Response

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_UPDATE = 1 << 20
"""Bytes. Telegram's updates are far smaller."""

Take = Callable[[dict[str, Any]], Awaitable[bool]]
"""Stores an update. Returns False where it could not be stored, so that Telegram sends it again."""


def make_router(path: str, secret: str, take: Take) -> APIRouter:
    """Serve the webhook at `path`. Whoever does not know the secret gets 403, before anything is read."""

    async def receive(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return Response(status_code=403)
        body = await _read(request)
        if body is None:
            return Response(status_code=413)
        try:
            update = json.loads(body)
        except ValueError:
            update = None
        if not isinstance(update, dict):
            return Response(status_code=400)
        return Response(status_code=200 if await take(cast("dict[str, Any]", update)) else 503)

    router = APIRouter()
    router.add_api_route(path, receive, methods=["POST"], include_in_schema=False)
    return router


async def _read(request: Request) -> bytes | None:
    """The body, or None where it is longer than any update."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_UPDATE:
            return None
    return bytes(body)
