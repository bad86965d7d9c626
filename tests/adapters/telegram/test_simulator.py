"""The simulator refuses what Telegram refuses, with its codes and in its words."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest

from tests.simulators.telegram import Telegram
from tests.simulators.telegram_state import ANA, BEN, TOKEN

BUTTON = {"inline_keyboard": [[{"text": "x", "callback_data": "x" * 65}]]}


@pytest.fixture
async def telegram() -> AsyncGenerator[Telegram]:
    async with Telegram() as telegram:
        telegram.world.direct(ANA)
        yield telegram


async def ask(telegram: Telegram, method: str, token: str = TOKEN, **given: Any) -> tuple[int, str]:
    """Call a method, and return the status and the description."""
    data = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    url = f"{telegram.url}/bot{token}/{method}"
    async with aiohttp.ClientSession() as session, session.post(url, data=data) as answer:
        body = await answer.json()
        assert body["ok"] == (answer.status == 200)
        return answer.status, body.get("description", "")


@pytest.mark.parametrize(
    ("method", "given", "refusal"),
    [
        ("fly", {}, (404, "Not Found: method not found")),
        ("sendMessage", {"chat_id": 777, "text": "x"}, (400, "Bad Request: chat not found")),
        ("sendMessage", {"chat_id": "@x", "text": "x"}, (400, "Bad Request: chat not found")),
        ("sendMessage", {"chat_id": BEN, "text": "x"}, (403, "Forbidden: bot can't initiate conversation with a user")),
        ("sendMessage", {"chat_id": ANA, "text": " "}, (400, "Bad Request: message text is empty")),
        ("sendMessage", {"chat_id": ANA, "text": "😀" * 2049}, (400, "Bad Request: message is too long")),
        (
            "sendMessage",
            {"chat_id": ANA, "text": "a*b", "parse_mode": "Markdown"},
            (400, "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 1"),
        ),
        (
            "sendMessage",
            {"chat_id": ANA, "text": "a.", "parse_mode": "MarkdownV2"},
            (400, "Bad Request: can't parse entities: Character '.' is reserved and must be escaped"),
        ),
        (
            "sendMessage",
            {"chat_id": ANA, "text": "<b>", "parse_mode": "HTML"},
            (400, "Bad Request: can't parse entities"),
        ),
        (
            "sendMessage",
            {"chat_id": ANA, "text": "x", "message_thread_id": 9},
            (400, "Bad Request: message thread not found"),
        ),
        (
            "sendMessage",
            {"chat_id": ANA, "text": "x", "reply_parameters": {"message_id": 9}},
            (400, "Bad Request: message to be replied not found"),
        ),
        (
            "sendMessage",
            {"chat_id": ANA, "text": "x", "reply_markup": BUTTON},
            (400, "Bad Request: BUTTON_DATA_INVALID"),
        ),
        ("answerCallbackQuery", {"callback_query_id": "9"}, (400, "Bad Request: query is too old")),
        (
            "setMyCommands",
            {"commands": [{"command": "A-b", "description": "x"}]},
            (400, "Bad Request: BOT_COMMAND_INVALID"),
        ),
        ("sendChatAction", {"chat_id": ANA, "action": "fly"}, (400, "Bad Request: wrong parameter action in request")),
        ("setWebhook", {"url": "http://example.org"}, (400, "Bad Request: bad webhook: An HTTPS URL must be provided")),
        (
            "setWebhook",
            {"url": "https://a.b", "secret_token": "é"},
            (400, "Bad Request: secret token contains unallowed"),
        ),
        (
            "editMessageText",
            {"chat_id": ANA, "message_id": 9, "text": "x"},
            (400, "Bad Request: message to edit not found"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_it_refuses(telegram: Telegram, method: str, given: dict[str, Any], refusal: tuple[int, str]) -> None:
    status, said = await ask(telegram, method, **given)
    assert status == refusal[0]
    assert said.startswith(refusal[1])


async def test_it_refuses_tokens_it_does_not_know(telegram: Telegram) -> None:
    assert await ask(telegram, "getMe", "4711:AAanother-token-of-nobody-0000000000") == (401, "Unauthorized")
    assert await ask(telegram, "getMe", "nonsense") == (404, "Not Found")


async def test_a_message_is_modified_or_not(telegram: Telegram) -> None:
    await ask(telegram, "sendMessage", chat_id=ANA, text="x")
    about: dict[str, Any] = {"chat_id": ANA, "message_id": telegram.world.said(ANA)[0]["message_id"]}
    assert (await ask(telegram, "editMessageText", **about, text="y"))[0] == 200
    assert (await ask(telegram, "editMessageText", **about, text="y"))[1].startswith(
        "Bad Request: message is not modified"
    )


async def test_it_floods_over(telegram: Telegram) -> None:
    assert (await ask(telegram, "sendMessage", chat_id=ANA, text="1"))[0] == 200
    assert await ask(telegram, "sendMessage", chat_id=ANA, text="2") == (429, "Too Many Requests: retry after 1")


async def test_it_is_driven_from_outside(telegram: Telegram) -> None:
    async with aiohttp.ClientSession(f"{telegram.url}/") as session:
        assert (await session.post("_sim/say", json={"chat": ANA, "text": "hello"})).status == 200
        assert (await session.post("_sim/fault", json={"match": "getMe", "status": 502})).status == 200
        assert (await session.post("_sim/fly")).status == 404
        assert (await session.post("_sim/say", json={"nonsense": 1})).status == 400
        assert (await ask(telegram, "getMe"))[0] == 502
        assert (await ask(telegram, "getMe"))[0] == 200
        state = await (await session.get("_sim/state")).json()
    assert state["waiting"] == 1
    assert [call["status"] for call in state["calls"]] == [502, 200]
