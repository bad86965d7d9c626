"""What every simulated platform has: a world to wait for, a server on loopback, and a control side apart from it.

The control side is `POST /_sim/<action>` with the action's arguments as a JSON object, and `GET /_sim/state`.
"""

from __future__ import annotations

import argparse
import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Generic, Self, TypeVar

from aiohttp import web

from tests.simulators.faults import FaultQueue

T = TypeVar("T")
Json = dict[str, Any]

PATIENCE = 30.0
"""Seconds a test waits for something to happen on a platform before it fails."""


class SimulatedWorld:
    """What there is on a platform. What people do there is a method; `until` waits for what the bot does."""

    def __init__(self) -> None:
        self.faults = FaultQueue()
        self._news = asyncio.Event()

    async def until(self, what: Callable[[], T], patience: float = PATIENCE) -> T:
        """Return what `what` returns as soon as that is true. Raises TimeoutError."""
        async with asyncio.timeout(patience):
            while not (found := what()):
                await self._news.wait()
        return found

    def happened(self) -> None:
        """Have waiters look again."""
        self._news.set()
        self._news = asyncio.Event()


SomeWorld = TypeVar("SomeWorld", bound=SimulatedWorld)


class Simulator(ABC, Generic[SomeWorld]):
    """A platform, served on loopback between `async with` and its end. `world` is for tests in the same process."""

    def __init__(self, world: SomeWorld, port: int) -> None:
        """Listen on `port`, or on a free one where that is 0."""
        self.world = world
        self._port = port

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._port}"

    @property
    @abstractmethod
    def environment(self) -> dict[str, str]:
        """What makes Familiar use it."""

    @property
    @abstractmethod
    def arrivals(self) -> int:
        """How often somebody has come to receive what happens here."""

    async def notice_end(self) -> None:
        """Return once whoever was connected and has ended counts as gone."""
        return

    @abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """The platform's side."""

    @abstractmethod
    def actions(self) -> Iterable[Callable[..., Any]]:
        """What the control side can do, beside `fault` and `set`."""

    @abstractmethod
    def state(self) -> Json:
        """What the control side shows."""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 24)
        app.add_routes(self.routes())
        app.add_routes([web.post("/_sim/{action}", self._control), web.get("/_sim/state", self._show)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _control(self, request: web.Request) -> web.Response:
        named = {action.__name__: action for action in self.actions()}
        named |= {"fault": self.world.faults.add, "set": self._set}
        action = named.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound(text=f"actions: {', '.join(sorted(named))}")
        about: Json = await request.json() if request.can_read_body else {}
        try:
            result = action(**about)
        except (TypeError, KeyError, AttributeError) as error:
            raise web.HTTPBadRequest(text=repr(error)) from None
        return web.json_response({"result": result if isinstance(result, int | str) else None})

    async def _show(self, _request: web.Request) -> web.Response:
        return web.json_response(self.state())

    def _set(self, name: str, value: Any) -> None:
        if not hasattr(self.world, name):
            raise AttributeError(name)
        setattr(self.world, name, value)


def serve_from_command_line(make: Callable[[int], Simulator[Any]], about: str, port: int) -> None:
    """Serve what `make` makes for a port, until it is killed, and print what makes Familiar use it."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--port", type=int, default=port)
    asyncio.run(_serve(make(parser.parse_args().port)))


async def _serve(simulator: Simulator[Any]) -> None:
    async with simulator:
        name = type(simulator).__name__
        print(f"{name} is at http://{simulator.address}; control it with POST /_sim/<action>", flush=True)
        for variable, value in simulator.environment.items():
            print(f"  {variable}={value}", flush=True)
        await asyncio.Event().wait()
