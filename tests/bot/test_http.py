"""The HTTP server, through the real App."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import APIRouter, Request

from bot.api.web_app import BODY_LIMIT
from bot.app import App
from bot.errors import SettingsError, StoreUnavailableError
from bot.events import ConnectionChanged
from bot.plugin import Plugin
from bot.settings import ApiSettings, Settings
from bot.store.store import Store
from bot.testing import FakeAdapter, FakeGenerator


class Hooked(FakeAdapter):
    """Has a webhook."""

    received: bytes | None = None

    def router(self) -> APIRouter:
        router = APIRouter()

        @router.post("/hook")
        async def hook(request: Request) -> str:  # pyright: ignore[reportUnusedFunction]
            self.received = await request.body()
            return "taken"

        @router.post("/parsed")
        async def parsed(update: dict[str, Any]) -> str:  # pyright: ignore[reportUnusedFunction]
            return str(len(update))

        return router


@pytest.fixture
def served(settings: Settings) -> Settings:
    return settings.model_copy(update={"api": ApiSettings(port=0)})


def app(settings: Settings, *adapters: FakeAdapter, serves_http: bool = True) -> App:
    plugins: list[Plugin] = []
    return App(settings, adapters, plugins, lambda _folder: FakeGenerator(), serves_http=serves_http)


async def request(app: App, start: str, body: bytes = b"", *headers: str) -> tuple[int, bytes]:
    """Send a request as it is and return status and body of the answer."""
    assert app.http is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", app.http.port)
    head = "\r\n".join([f"{start} HTTP/1.1", "host: localhost", "connection: close", *headers, "", ""])
    writer.write(head.encode() + body)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head_of_answer, _, body_of_answer = answer.partition(b"\r\n\r\n")
    return int(head_of_answer.split()[1]), body_of_answer


async def health(app: App) -> tuple[int, dict[str, Any]]:
    status, body = await request(app, "GET /health")
    return status, json.loads(body)


async def test_health_tells_of_adapters_model_and_store(served: Settings) -> None:
    adapter = FakeAdapter(served)
    async with app(served, adapter) as running:
        await running.model.wait_until_loaded()
        assert await health(running) == (
            200,
            {
                "status": "ok",
                "adapters": {"fake": {"state": "started", "reason": ""}},
                "model": served.home.name,
                "store": {"inbox": 0, "outbox": 0},
            },
        )


async def test_an_adapter_in_trouble_is_told_and_the_rest_serves(served: Settings) -> None:
    one, two = FakeAdapter(served, name="one"), FakeAdapter(served, name="two")
    async with app(served, one, two) as running:
        await running.model.wait_until_loaded()
        for count, (adapter, status) in enumerate(((one, "degraded"), (two, "down"))):
            await adapter.say("hello")  # it has been started
            adapter.report(
                ConnectionChanged(at=datetime.now(UTC), platform=adapter.name, state="fatal", reason="token revoked")
            )
            code, report = await health(running)
            assert (code, report["status"]) == ((200, 503)[count], status)
            assert report["adapters"][adapter.name] == {"state": "fatal", "reason": "token revoked"}


async def test_a_database_that_can_not_be_read_is_told(served: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def count_waiting(_store: Store) -> dict[str, int]:
        raise StoreUnavailableError("the database is locked")

    monkeypatch.setattr(Store, "count_waiting", count_waiting)
    async with app(served, FakeAdapter(served)) as running:
        code, report = await health(running)
        assert (code, report["status"], report["store"]) == (503, "down", None)


async def test_what_adapters_bring_is_served(served: Settings) -> None:
    adapter = Hooked(served)
    async with app(served, adapter, serves_http=False) as running:
        status, body = await request(running, "POST /hook", b"hello", "content-length: 5")
        assert (status, body, adapter.received) == (200, b'"taken"', b"hello")


async def test_the_server_describes_itself_to_nobody(served: Settings) -> None:
    async with app(served, FakeAdapter(served)) as running:
        for path in ("/docs", "/redoc", "/openapi.json", "/"):
            assert (await request(running, f"GET {path}"))[0] == 404


@pytest.mark.parametrize("path", ["/hook", "/parsed"])
async def test_a_body_that_is_too_long_is_refused_whether_announced_or_not(served: Settings, path: str) -> None:
    adapter = Hooked(served)
    json_type = "content-type: application/json"
    async with app(served, adapter) as running:
        announced = f"content-length: {BODY_LIMIT + 1}"
        assert (await request(running, f"POST {path}", b"", announced))[0] == 413
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        chunks = chunk * (BODY_LIMIT // 0x10000 + 1) + b"0\r\n\r\n"
        assert (await request(running, f"POST {path}", chunks, json_type, "transfer-encoding: chunked"))[0] == 413
        whole = b"[" + b" " * (BODY_LIMIT - 2) + b"]"
        length = f"content-length: {len(whole)}"
        assert (await request(running, f"POST {path}", whole, json_type, length))[0] in {200, 422}
    assert adapter.received in {None, whole}


async def test_a_port_in_use_is_told_in_one_line(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        there = settings.model_copy(update={"api": ApiSettings(port=port)})
        with pytest.raises(SettingsError, match=rf"^can't listen on 127\.0\.0\.1:{port} \(.*in use\): set api\.port"):
            await app(there, FakeAdapter(there)).__aenter__()


async def test_nothing_listens_where_nobody_needs_it(settings: Settings) -> None:
    async with app(settings, FakeAdapter(settings), serves_http=False) as running:
        assert running.http is None
