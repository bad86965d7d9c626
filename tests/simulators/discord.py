"""A Discord to test against: `python -m tests.simulators.discord --port 8099`, or `async with Discord() as discord`.

The platform side is `/api/v10` and `/gateway`. The control side is apart from it: `POST /_sim/<action>` (`say`, `call`,
`drop`, `fault` …: `actions` has them all), and `GET /_sim/state`. Nothing is random and nothing is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Self

from aiohttp import web

from tests.simulators import discord_interactions as interactions
from tests.simulators.discord_gateway import Gateway
from tests.simulators.discord_rest import Rest
from tests.simulators.discord_state import World
from tests.simulators.simulator import Json, Simulator, serve_from_command_line


class Discord(Simulator[World]):
    """The simulator. `gateway` is for tests in the same process, as `world` is."""

    def __init__(self, port: int = 0, **about: Any) -> None:
        """Listen on `port`, or on a free one; `about` goes to World."""
        super().__init__(World(**about), port)
        self.gateway = Gateway(self.world)

    @property
    def environment(self) -> dict[str, str]:
        """See Simulator."""
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
        await super().__aenter__()
        self.gateway.resume_url = f"ws://{self.address}/gateway"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gateway.drop()
        await super().__aexit__()

    @property
    def arrivals(self) -> int:
        """See Simulator."""
        return self.gateway.identified

    async def notice_end(self) -> None:
        """See Simulator."""
        await self.world.until(lambda: not self.gateway.live())

    def routes(self) -> Iterable[web.RouteDef]:
        """See Simulator."""
        gateways = [web.get(path, self.gateway.serve) for path in ("/gateway", "/gateway/")]
        return [*Rest(self.world).routes(), *gateways]

    def actions(self) -> Iterable[Callable[..., Any]]:
        """See Simulator."""
        world, gateway = self.world, self.gateway
        people = (world.direct, world.say, world.mention, world.repeat, world.edit, world.delete, world.react)
        more = (world.clear_reactions, world.join, world.leave, world.open_thread)
        wire = (gateway.drop, gateway.close, gateway.reconnect, gateway.invalidate, gateway.send_raw)
        return (*people, *more, *wire, self.call, self.press)

    def state(self) -> Json:
        """See Simulator."""
        world, gateway = self.world, self.gateway
        said = {str(channel): world.texts(channel) for channel in world.channels}
        calls = [{"method": call.method, "path": call.path, "status": call.status} for call in world.calls]
        about: Json = {"identified": gateway.identified, "resumed": gateway.resumed, "live": len(gateway.live())}
        about |= {"said": said, "whispered": world.whispered(), "pings": world.pings, "commands": world.commands}
        return about | {"calls": calls}


if __name__ == "__main__":
    serve_from_command_line(Discord, __doc__ or "", 8099)
