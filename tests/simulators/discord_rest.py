"""The HTTP side of the simulated Discord: routes, tokens, limits and refusals."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import cast

from aiohttp import web

from tests.simulators import discord_interactions as interactions
from tests.simulators import discord_payloads as shape
from tests.simulators.discord_messages import check_components, check_content, list_messages, pings, post_message
from tests.simulators.discord_payloads import Json
from tests.simulators.discord_state import Call, Interaction, Refused, World
from tests.simulators.faults import Fault

PREFIX = "/api/v10"
CONTENT_LIMITED, CONTENT_VERIFIED = 1 << 19, 1 << 18
Answer = Json | list[Json] | None
Handler = Callable[[web.Request, Json], Awaitable[Answer]]


class Rest:
    """API v10 as far as a chat bot uses it. What it does not know is 404."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._recent: dict[str, deque[float]] = defaultdict(deque)

    def routes(self) -> list[web.RouteDef]:
        """What an aiohttp application serves."""
        table: dict[tuple[str, str], Handler] = {
            ("GET", "/users/@me"): self._me,
            ("GET", "/gateway/bot"): self._gateway,
            ("GET", "/oauth2/applications/@me"): self._application,
            ("GET", "/users/@me/guilds"): self._guilds,
            ("GET", "/channels/{channel}"): self._channel,
            ("GET", "/channels/{channel}/messages"): self._history,
            ("POST", "/channels/{channel}/messages"): self._post,
            ("POST", "/channels/{channel}/typing"): self._typing,
            ("GET", "/applications/{app}/commands"): self._list_commands,
            ("PUT", "/applications/{app}/commands"): self._put_commands,
            ("POST", "/interactions/{id}/{token}/callback"): self._callback,
            ("POST", "/webhooks/{app}/{token}"): self._follow_up,
            ("PATCH", "/webhooks/{app}/{token}/messages/@original"): self._change_original,
            ("DELETE", "/webhooks/{app}/{token}/messages/@original"): self._delete_original,
        }
        known = [web.route(method, PREFIX + path, self._serve(handler)) for (method, path), handler in table.items()]
        return [*known, web.route("*", PREFIX + "/{rest:.*}", self._serve(self._unknown))]

    def _serve(self, handler: Handler) -> Callable[..., Awaitable[web.Response]]:
        async def serve(request: web.Request) -> web.Response:
            path = request.path.removeprefix(PREFIX)
            call = Call(request.method, path, {}, 0, time.time())
            self._world.calls.append(call)
            try:
                response = await self._answer(request, call, handler)
            except Refused as refused:
                response = _json(refused.body, refused.status)
            call.status = response.status
            self._world.happened()
            return response

        return serve

    async def _answer(self, request: web.Request, call: Call, handler: Handler) -> web.Response:
        fault = self._world.faults.take(call.method, call.path)
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault and fault.status and not fault.served:
            return await self._fail(request, fault)
        call.body = await self._read(request)
        self._authorize(request, call.path)
        limited = self._limit(call)
        if limited is not None:
            return limited
        answer = await handler(request, call.body)
        if fault and fault.served:
            return await self._fail(request, fault)
        return _json(answer, 204 if answer is None else 200)

    async def _fail(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.hang:
            self._world.happened()
            await asyncio.Event().wait()
        if fault.drop:
            if request.transport is not None:
                request.transport.abort()
            with suppress(ConnectionError):
                await request.read()
            raise asyncio.CancelledError
        if fault.body is not None:
            return web.Response(status=fault.status, text=fault.body, content_type="text/html")
        if fault.status == 429:
            return too_many(fault.retry_after or 0.1)
        return _json(shape.refusal(0, f"{fault.status}: simulated"), fault.status)

    async def _read(self, request: web.Request) -> Json:
        raw = await request.read()
        if not raw:
            return {}
        if request.content_type != "application/json":
            raise Refused(400, shape.refusal(50035, 'Expected "Content-Type" header to be one of {application/json}.'))
        try:
            body = json.loads(raw)
        except ValueError:
            raise Refused(400, shape.refusal(50109, "The request body contains invalid JSON.")) from None
        return cast(Json, body) if isinstance(body, dict) else {"list": body}

    def _authorize(self, request: web.Request, path: str) -> None:
        """Interactions and webhooks are authorised by the token in their path, everything else by the bot's."""
        if path.startswith(("/interactions/", "/webhooks/")):
            return
        if request.headers.get("Authorization") != f"Bot {self._world.token}":
            raise Refused(401, shape.refusal(0, "401: Unauthorized"))

    def _limit(self, call: Call) -> web.Response | None:
        if call.method != "POST" or not call.path.endswith("/messages"):
            return None
        allowed, seconds = self._world.limit
        recent, now = self._recent[call.path], time.monotonic()
        while recent and recent[0] <= now - seconds:
            recent.popleft()
        if len(recent) >= allowed:
            return too_many(recent[0] + seconds - now)
        recent.append(now)
        return None

    # What it serves

    async def _me(self, _request: web.Request, _body: Json) -> Json:
        return self._world.people[self._world.app_id]

    async def _gateway(self, request: web.Request, _body: Json) -> Json:
        starts = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return {"url": f"ws://{request.host}/gateway", "shards": self._world.shards, "session_start_limit": starts}

    async def _application(self, _request: web.Request, _body: Json) -> Json:
        world = self._world
        return {
            "id": str(world.app_id),
            "name": "Familiar",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": shape.user(1, "owner"),
            "verify_key": "0" * 64,
            "flags": CONTENT_LIMITED if world.content_intent else 0,
            "approximate_guild_count": len(world.guilds),
        }

    async def _guilds(self, _request: web.Request, _body: Json) -> list[Json]:
        about: Json = {"icon": None, "owner": False, "permissions": self._world.permissions, "features": []}
        return [{"id": str(guild.id), "name": guild.name, **about} for guild in self._world.guilds.values()]

    async def _channel(self, request: web.Request, _body: Json) -> Json:
        return self._world.channel(_number(request, "channel")).payload(self._world.people)

    async def _history(self, request: web.Request, _body: Json) -> list[Json]:
        return list_messages(self._world.channel(_number(request, "channel")), request.query)

    async def _post(self, request: web.Request, body: Json) -> Json:
        return post_message(self._world, self._world.channel(_number(request, "channel")), body)

    async def _typing(self, request: web.Request, _body: Json) -> None:
        channel = self._world.channel(_number(request, "channel"))
        if channel.refusal:
            raise channel.refusal
        self._world.typing.append(channel.id)

    async def _list_commands(self, _request: web.Request, _body: Json) -> list[Json]:
        return self._world.commands

    async def _put_commands(self, request: web.Request, body: Json) -> list[Json]:
        """Overwrite all global commands."""
        commands: list[Json] = body.get("list") or []
        for number, command in enumerate(commands):
            check_command(number, command)
        about = {"application_id": request.match_info["app"], "version": "1"}
        self._world.commands = [{**command, **about, "id": str(900 + n)} for n, command in enumerate(commands)]
        return self._world.commands

    async def _callback(self, request: web.Request, body: Json) -> Json | None:
        token = request.match_info["token"]
        answer = interactions.acknowledge(self._world, _number(request, "id"), token, body)
        return answer if request.query.get("with_response") in ("1", "true") else None

    async def _follow_up(self, request: web.Request, body: Json) -> Json:
        found = self._find(request)
        check_content(body)
        check_components(body)
        self._world.pings += pings(body, {})
        return interactions.follow_up(self._world, found, body)

    async def _change_original(self, request: web.Request, body: Json) -> Json:
        found = self._find(request)
        check_content(body)
        check_components(body)
        self._world.pings += pings(body, {})
        return interactions.change_original(self._world, found, body)

    async def _delete_original(self, request: web.Request, _body: Json) -> None:
        interactions.delete_original(self._world, self._find(request))

    async def _unknown(self, _request: web.Request, _body: Json) -> Answer:
        raise Refused(404, shape.refusal(0, "404: Not Found"))

    def _find(self, request: web.Request) -> Interaction:
        return interactions.find(self._world, _number(request, "app"), request.match_info["token"])


def check_command(number: int, command: Json) -> None:
    """Raises Refused with 50035 for a command Discord would not take."""
    name, description = str(command.get("name", "")), str(command.get("description", ""))
    if not re.fullmatch(r"[-_'\w]{1,32}", name) or name != name.lower():
        raise Refused(
            400, shape.form_error(f"{number}.name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
        )
    if not 1 <= len(description) <= 100:
        length = shape.form_error(
            f"{number}.description", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."
        )
        raise Refused(400, length)
    required = [bool(option.get("required")) for option in command.get("options", []) if option["type"] > 2]
    if required != sorted(required, reverse=True):
        invalid = "Required options must be placed before non-required options"
        raise Refused(
            400, shape.form_error(f"{number}.options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", invalid)
        )
    for place, option in enumerate(command.get("options", [])):
        check_command(place, option)


def too_many(retry_after: float) -> web.Response:
    """429 as Discord's own servers say it: through its proxy, which `Via` shows."""
    body = {"message": "You are being rate limited.", "retry_after": round(retry_after, 3), "global": False}
    headers = {"Via": "1.1 google", "Retry-After": str(int(retry_after) + 1), "X-RateLimit-Scope": "user"}
    return _json(body, 429, headers)


def _json(answer: Answer, status: int, headers: dict[str, str] | None = None) -> web.Response:
    if answer is None:
        return web.Response(status=status)
    raw = json.dumps(answer).encode()
    return web.Response(status=status, body=raw, headers={"Content-Type": "application/json", **(headers or {})})


def _number(request: web.Request, name: str) -> int:
    text = request.match_info[name]
    if not text.isdecimal():
        raise Refused(400, shape.form_error(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.'))
    return int(text)
