"""The simulated Discord refuses what Discord refuses, in its words, and can be driven from another process."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.simulators.discord import Discord
from tests.simulators.discord_payloads import Json

REPOSITORY = Path(__file__).parents[3]


class Bot:
    """A bot without a library: what it asks is written down in each test."""

    def __init__(self, discord: Discord, session: aiohttp.ClientSession) -> None:
        self.discord = discord
        self.world = discord.world
        self.session = session

    async def ask(self, method: str, path: str, body: object = None, token: str | None = None) -> tuple[int, Any]:
        """Return status and body."""
        headers = {"Authorization": f"Bot {token or self.world.token}"}
        url = f"http://{self.discord.address}/api/v10{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json() if answer.content_length else None

    async def identify(self, **about: Any) -> tuple[aiohttp.ClientWebSocketResponse, Json]:
        """Connect, identify, and return what comes after HELLO; a close code is {"code": …}."""
        socket = await self.session.ws_connect(f"ws://{self.discord.address}/gateway")
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": 2, "d": {"token": self.world.token, "intents": 1 << 9, "shard": [0, 1], **about}})
        return socket, await receive(socket)


async def receive(socket: aiohttp.ClientWebSocketResponse) -> Json:
    message = await socket.receive()
    return message.json() if message.type is aiohttp.WSMsgType.TEXT else {"code": socket.close_code}


@pytest.fixture
async def bot() -> AsyncGenerator[Bot]:
    async with Discord() as discord, aiohttp.ClientSession() as session:
        yield Bot(discord, session)


CHANNEL = "/channels/301/messages"
BUTTONS = [{"type": 1, "components": [{"type": 2, "label": "x", "custom_id": "a"}] * 2}]
REFUSED: dict[str, tuple[str, str, object, int, int]] = {
    "empty": ("POST", CHANNEL, {"content": " \n"}, 400, 50006),
    "2001 characters": ("POST", CHANNEL, {"content": "x" * 2001}, 400, 50035),
    "long nonce": ("POST", CHANNEL, {"content": "x", "nonce": "1" * 26}, 400, 50035),
    "unknown reference": ("POST", CHANNEL, {"content": "x", "message_reference": {"message_id": "1"}}, 400, 50035),
    "the same button twice": ("POST", CHANNEL, {"content": "x", "components": BUTTONS}, 400, 50035),
    "unknown channel": ("POST", "/channels/1/messages", {"content": "x"}, 404, 10003),
    "no snowflake": ("POST", "/channels/x/messages", {"content": "x"}, 400, 50035),
    "history of 101": ("GET", f"{CHANNEL}?limit=101", None, 400, 50035),
    "unknown interaction": ("POST", "/interactions/1/t/callback", {"type": 5}, 404, 10062),
    "unknown webhook": ("POST", "/webhooks/100/t", {"content": "x"}, 404, 10015),
    "command in capitals": ("PUT", "/applications/100/commands", [{"name": "A", "description": "b"}], 400, 50035),
    "command without words": ("PUT", "/applications/100/commands", [{"name": "a", "description": ""}], 400, 50035),
    "unknown route": ("GET", "/voice/regions", None, 404, 0),
}


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), REFUSED.values(), ids=REFUSED)
async def test_it_refuses(bot: Bot, method: str, path: str, body: object, status: int, code: int) -> None:
    got, said = await bot.ask(method, path, body)
    assert (got, said["code"]) == (status, code)


async def test_it_refuses_a_wrong_token(bot: Bot) -> None:
    assert (await bot.ask("GET", "/users/@me", token="wrong")) == (401, {"message": "401: Unauthorized", "code": 0})


async def test_a_nonce_that_is_enforced_makes_one_message(bot: Bot) -> None:
    body = {"content": "x", "nonce": "7", "enforce_nonce": True}
    ids = [(await bot.ask("POST", CHANNEL, body))[1]["id"] for _ in range(2)]
    assert ids[0] == ids[1]
    assert (await bot.ask("POST", CHANNEL, {**body, "enforce_nonce": False}))[1]["id"] != ids[0]


async def test_without_allowed_mentions_everybody_named_is_notified(bot: Bot) -> None:
    asked = bot.world.say(301, "hello")
    about: Json = {"content": "@everyone <@202>", "message_reference": {"message_id": str(asked)}}
    await bot.ask("POST", CHANNEL, about)
    assert sorted(bot.world.pings) == [0, 201, 202]
    await bot.ask("POST", CHANNEL, {**about, "allowed_mentions": {"parse": []}})
    assert len(bot.world.pings) == 3


async def test_history_pages_by_before_and_after(bot: Bot) -> None:
    ids = [bot.world.say(301, str(number)) for number in range(5)]
    pages = [
        (await bot.ask("GET", f"{CHANNEL}?{query}"))[1]
        for query in (f"after={ids[0]}&limit=2", f"before={ids[3]}&limit=2")
    ]
    assert [[int(message["id"]) for message in page] for page in pages] == [[ids[2], ids[1]], [ids[2], ids[1]]]


async def test_an_interaction_is_acknowledged_once_and_within_three_seconds(bot: Bot) -> None:
    called = bot.world.interactions[bot.discord.call(301, "ping")]
    path = f"/interactions/{called.id}/{called.token}/callback"
    assert (await bot.ask("POST", f"/webhooks/100/{called.token}", {"content": "x"}))[1]["code"] == 10015
    assert (await bot.ask("POST", path, {"type": 6}))[1]["code"] == 50035
    _, answer = await bot.ask("POST", f"{path}?with_response=1", {"type": 5, "data": {"flags": 64}})
    assert answer["interaction"]["response_message_loading"] is True
    assert (await bot.ask("POST", path, {"type": 5}))[1]["code"] == 40060
    _, first = await bot.ask("POST", f"/webhooks/100/{called.token}", {"content": "x"})
    assert first["id"] == answer["resource"]["message"]["id"]
    assert (bot.world.whispered(), bot.world.texts(301)) == (["x"], [])
    called.expired = True
    assert (await bot.ask("POST", f"/webhooks/100/{called.token}", {"content": "x"}))[1]["code"] == 50027
    late = bot.world.interactions[bot.discord.call(301, "ping", age=4)]
    assert (await bot.ask("POST", f"/interactions/{late.id}/{late.token}/callback", {"type": 5}))[1]["code"] == 10062


async def test_too_many_messages_are_answered_429_through_a_proxy(bot: Bot) -> None:
    bot.world.limit = (1, 60.0)
    await bot.ask("POST", CHANNEL, {"content": "x"})
    url = f"http://{bot.discord.address}/api/v10{CHANNEL}"
    headers = {"Authorization": f"Bot {bot.world.token}"}
    async with bot.session.post(url, json={"content": "x"}, headers=headers) as answer:
        assert (answer.status, answer.headers["Via"]) == (429, "1.1 google")
        assert 59 < (await answer.json())["retry_after"] <= 60


CLOSURES: dict[str, tuple[Json, int]] = {
    "wrong token": ({"token": "wrong"}, 4004),
    "shard beyond": ({"shard": [2, 2]}, 4010),
    "unknown intent": ({"intents": 1 << 40}, 4013),
    "content intent that is off": ({"intents": 1 << 15}, 4014),
}


@pytest.mark.parametrize(("about", "code"), CLOSURES.values(), ids=CLOSURES)
async def test_the_gateway_closes(bot: Bot, about: Json, code: int) -> None:
    bot.world.content_intent = False
    _, answer = await bot.identify(**about)
    assert answer == {"code": code}


async def test_a_session_is_resumed_from_where_it_was_left(bot: Bot) -> None:
    socket, ready = await bot.identify()
    assert (ready["t"], ready["s"]) == ("READY", 1)
    await socket.close()
    await bot.world.until(lambda: not bot.discord.gateway.live())
    bot.world.say(301, "meanwhile")
    resume = {"token": bot.world.token, "session_id": ready["d"]["session_id"], "seq": 1}
    for about, expected in (
        (resume, "MESSAGE_CREATE"),
        ({**resume, "seq": 99}, 4007),
        ({**resume, "session_id": "x"}, False),
    ):
        socket = await bot.session.ws_connect(f"ws://{bot.discord.address}/gateway")
        await socket.receive_json()
        await socket.send_json({"op": 6, "d": about})
        answer = await receive(socket)
        assert expected in (answer.get("t"), answer.get("code"), answer.get("d"))
        await socket.close()


async def test_events_come_only_with_their_intent(bot: Bot) -> None:
    socket, _ = await bot.identify(intents=1 << 12)  # direct messages only
    bot.world.say(301, "in a server")
    bot.world.say(bot.world.direct(201), "directly")
    assert (await receive(socket))["d"]["content"] == "directly"


async def test_it_is_driven_from_another_process() -> None:
    arguments = ("-m", "tests.simulators.discord", "--port", "0")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        address = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().split(";")[0].split()[-1]
        async with aiohttp.ClientSession(address) as session:
            about = {"channel": 301, "text": "hello"}
            async with session.post("/_sim/say", json=about) as answer:
                assert isinstance((await answer.json())["result"], int)
            async with session.post("/_sim/fault", json={"match": "GET", "status": 503}) as answer:
                assert answer.status == 200
            async with session.get("/api/v10/users/@me") as answer:
                assert answer.status == 503
            async with session.get("/_sim/state") as answer:
                assert [call["status"] for call in (await answer.json())["calls"]] == [503]
            async with session.post("/_sim/say", json={"wrong": 1}) as answer:
                assert answer.status == 400
            async with session.post("/_sim/nonsense") as answer:
                assert (answer.status, "invalidate" in await answer.text()) == (404, True)
    finally:
        process.kill()
        await process.wait()
