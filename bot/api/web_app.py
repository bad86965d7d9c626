"""What is served over HTTP."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI, Response

from bot.api.body_limit import BodyLimit
from bot.health import Health, HealthReport

BODY_LIMIT = 1024 * 1024
"""Bytes a request may bring: several times what platforms send."""


def make_web_app(health: Health, routers: Iterable[APIRouter]) -> FastAPI:
    """Return an application with GET /health and what adapters bring. It describes itself to nobody."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT)

    @app.get("/health")
    async def look(response: Response) -> HealthReport:  # pyright: ignore[reportUnusedFunction]
        report = await health.look()
        response.status_code = 503 if report.status == "down" else 200
        response.headers["cache-control"] = "no-store"
        return report

    for router in routers:
        app.include_router(router)
    return app
