"""A Telegram to test against: `python -m tests.simulators.telegram --port 8098`, or `async with Telegram() as it`.

The platform side is `/bot<token>/<method>`. The control side is apart from it: `POST /_sim/<action>` (`say`, `press`,
`fault` …: `actions` has them all), and `GET /_sim/state`. Nothing is random and nothing is forgotten.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.simulators.faults import Fault
from tests.simulators.simulator import Simulator, serve_from_command_line
from tests.simulators.telegram_methods import call
from tests.simulators.telegram_payloads import Json
from tests.simulators.telegram_state import TOKEN, Call, Refused, Webhook, World

PUSH_AGAIN_SECONDS = 0.1
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Telegram(Simulator[World]):
    """The simulator."""

    def __init__(self, port: int = 0) -> None:
        """Listen on `port`, or on a free one."""
        super().__init__(World(), port)

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://{self.address}"

    @property
    def environment(self) -> dict[str, str]:
        """See Simulator."""
        return {
            "FAMILIAR_TELEGRAM__TOKEN": TOKEN,
            "FAMILIAR_TELEGRAM__BASE_URL": f"{self.url}/bot",
            "FAMILIAR_TELEGRAM__BASE_FILE_URL": f"{self.url}/file/bot",
        }

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._pusher = asyncio.create_task(self._push_updates())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._pusher.cancel()
        self.world.revoke()  # ends a long poll
        await super().__aexit__()

    @property
    def arrivals(self) -> int:
        """See Simulator."""
        return self.world.polls + len(self.world.requests("setWebhook"))

    def routes(self) -> Iterable[web.RouteDef]:
        """See Simulator."""
        return [web.route("*", "/bot{token}/{method}", self._serve)]

    # The platform's side

    async def _serve(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        given: dict[str, str] = {name: str(value) for name, value in (await request.post()).items()}
        given = dict(request.query) | given
        response = await self._answer(request, method, given)
        self.world.calls.append(Call(method, given, response.status, time.monotonic()))
        self.world.happened()
        return response

    async def _answer(self, request: web.Request, method: str, given: dict[str, str]) -> web.Response:
        self.world.sending += method == "sendMessage"
        self.world.happened()
        fault = self.world.faults.take(request.method, f"/{method}/{given.get('chat_id', '')}")
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault and fault.status and not fault.served:
            return await self._fail(request, fault)
        try:
            self._authorize(request.match_info["token"])
            answer = web.json_response({"ok": True, "result": await call(self.world, method, given)})
        except Refused as refused:
            answer = web.json_response(refused.body, status=refused.code)
        if fault and fault.served:
            return await self._fail(request, fault)
        if method in self.world.silent:
            self.world.happened()
            await asyncio.Event().wait()
        return answer

    def _authorize(self, token: str) -> None:
        if not re.fullmatch(r"\d+:[\w-]{30,}", token):
            raise Refused(404, "Not Found")
        if token != self.world.token:
            raise Refused(401, "Unauthorized")

    async def _fail(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.drop:
            if request.transport is not None:
                request.transport.abort()
            raise asyncio.CancelledError
        if fault.body is not None:
            return web.Response(status=fault.status, text=fault.body, content_type="text/html")
        seconds = int(fault.retry_after or 1)
        said = {401: "Unauthorized", 429: f"Too Many Requests: retry after {seconds}", 502: "Bad Gateway"}
        refused = Refused(fault.status, said.get(fault.status, "Internal Server Error: simulated"))
        if fault.status == 429:
            refused.body["parameters"] = {"retry_after": seconds}
        return web.json_response(refused.body, status=fault.status)

    async def _push_updates(self) -> None:
        """Webhooks: one update after the other, again and again until it is taken."""
        world = self.world
        async with aiohttp.ClientSession() as session:
            while True:
                with suppress(TimeoutError):
                    await world.until(lambda: world.webhook and world.updates)
                if world.webhook and world.updates and not await self._push(session, world.webhook, world.updates[0]):
                    await asyncio.sleep(PUSH_AGAIN_SECONDS)

    async def _push(self, session: aiohttp.ClientSession, hook: Webhook, update: Json) -> bool:
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        try:
            async with session.post(hook.url, json=update, headers=headers) as response:
                taken = response.status == 200
                hook.last_error = "" if taken else f"Wrong response from the webhook: {response.status}"
        except aiohttp.ClientError:
            taken, hook.last_error = False, "Connection refused"
        if taken and update in self.world.updates:
            self.world.updates.remove(update)
        self.world.happened()
        return taken

    # The control side

    def actions(self) -> Iterable[Callable[..., Any]]:
        """See Simulator."""
        world = self.world
        people = (world.say, world.edit, world.delete, world.press, world.react, world.set_bot_status, world.migrate)
        return (*people, world.open_topic, world.group, world.repeat, world.push, world.revoke)

    def state(self) -> Json:
        """See Simulator."""
        world = self.world
        said = {str(chat): [[message["date"], message["text"]] for message in world.said(chat)] for chat in world.chats}
        calls = [asdict(made) for made in world.calls]
        about: Json = {"said": said, "waiting": len(world.updates), "floods": world.floods, "calls": calls}
        return about | {"callbacks": world.callbacks, "commands": world.commands}


if __name__ == "__main__":
    serve_from_command_line(Telegram, __doc__ or "", 8098)
