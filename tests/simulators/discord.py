"""A Discord to test against: `python -m tests.simulators.discord --port 8099`, or `async with Discord() as discord`.

The platform side is `/api/v10` and `/gateway`. The control side is apart from it: `POST /_sim/<action>` with the
action's arguments as a JSON object (`say`, `call`, `drop`, `fault` …: ACTIONS has them all), and `GET /_sim/state`.
Nothing is random and nothing is forgotten.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from aiohttp import web

from tests.simulators import discord_interactions as interactions
from tests.simulators.discord_gateway import Gateway
from tests.simulators.discord_rest import Rest
from tests.simulators.discord_state import World


class Discord:
    """The simulator, served on loopback. `world` and `gateway` are for tests in the same process."""

    def __init__(self, port: int = 0, **about: Any) -> None:
        """Listen on `port`, or on a free one; `about` goes to World."""
        self.world = World(**about)
        self.gateway = Gateway(self.world)
        self._port = port

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes Familiar use it."""
        return {
            "FAMILIAR_DISCORD__TOKEN": self.world.token,
            "FAMILIAR_DISCORD__API_BASE": f"http://{self.address}/api/v10",
            "FAMILIAR_DISCORD__GATEWAY_URL": f"ws://{self.address}/gateway",
        }

    def call(self, *about: Any, **more: Any) -> int:
        """Have somebody call a slash command: see discord_interactions.call."""
        return interactions.call(self.world, *about, **more)

    def press(self, *about: Any, **more: Any) -> int:
        """Have somebody press a button: see discord_interactions.press."""
        return interactions.press(self.world, *about, **more)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 24)
        app.add_routes(Rest(self.world).routes())
        app.add_routes([web.get("/gateway", self.gateway.serve), web.get("/gateway/", self.gateway.serve)])
        app.add_routes([web.post("/_sim/{action}", self._control), web.get("/_sim/state", self._state)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.gateway.resume_url = f"ws://{self.address}/gateway"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gateway.drop()
        await self._runner.cleanup()

    def actions(self) -> dict[str, Callable[..., Any]]:
        """What the control side can do."""
        world, gateway = self.world, self.gateway
        people = (world.direct, world.say, world.mention, world.repeat, world.edit, world.delete, world.react)
        more = (world.clear_reactions, world.join, world.leave, world.open_thread)
        wire = (gateway.drop, gateway.close, gateway.reconnect, gateway.invalidate, gateway.send_raw)
        named = {action.__name__: action for action in (*people, *more, *wire, self.call, self.press)}
        return {**named, "fault": world.faults.add, "set": partial(_set, world)}

    async def _control(self, request: web.Request) -> web.Response:
        action = self.actions().get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound(text=f"actions: {', '.join(sorted(self.actions()))}")
        about: dict[str, Any] = await request.json() if request.can_read_body else {}
        try:
            result = action(**about)
        except (TypeError, KeyError, AttributeError) as error:
            raise web.HTTPBadRequest(text=repr(error)) from None
        return web.json_response({"result": result if isinstance(result, int) else None})

    async def _state(self, _request: web.Request) -> web.Response:
        world, gateway = self.world, self.gateway
        said = {str(channel): world.texts(channel) for channel in world.channels}
        calls = [{"method": call.method, "path": call.path, "status": call.status} for call in world.calls]
        about = {"identified": gateway.identified, "resumed": gateway.resumed, "live": len(gateway.live())}
        about |= {"said": said, "whispered": world.whispered(), "pings": world.pings, "commands": world.commands}
        return web.json_response({**about, "calls": calls})


def _set(world: World, name: str, value: Any) -> None:
    if not hasattr(world, name):
        raise AttributeError(name)
    setattr(world, name, value)


async def _serve(port: int) -> None:
    async with Discord(port) as discord:
        print(f"Discord is at http://{discord.address}; control it with POST /_sim/<action>", flush=True)
        for name, value in discord.environment.items():
            print(f"  {name}={value}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    asyncio.run(_serve(parser.parse_args().port))
