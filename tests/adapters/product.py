"""Familiar in a process of its own, made with nothing but an environment."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import sys
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

import aiohttp

from tests.simulators.simulator import Simulator
from tests.tiny_model import tiny_model

REPOSITORY = Path(__file__).parents[2]
RUN = (str(Path(sys.executable).with_name("familiar")), "run")
"""What an operator types."""
WITH_FAKES = (sys.executable, "-m", "tests.adapters.familiar_with_fakes")
"""The same with a network that says one thing, at once or slowly."""
PLENTY = "1000000 per second"
PATIENCE = 30.0


class Product:
    """A process between `async with` and its end. It serves these platforms, has the probe and no limits."""

    def __init__(
        self, home: Path, *platforms: Simulator[Any], command: Sequence[str] = RUN, **environment: str
    ) -> None:
        """A variable that is set to "" is as if it were not set."""
        self._platforms = platforms
        self._command = command
        self._home = home
        self._log = home / "log"
        home.mkdir(exist_ok=True)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FAMILIAR_")},
            **{name: value for platform in platforms for name, value in platform.environment.items()},
            "PYTHONPATH": os.pathsep.join([str(_install_probe(home)), str(REPOSITORY)]),
            "FAMILIAR_HOME": str(home),
            "FAMILIAR_PLUGINS": "basics,admin,probe",
            "FAMILIAR_MODEL__VERSION": str(tiny_model() if command == RUN else home),
            "FAMILIAR_API__PORT": str(free_port()),
            "FAMILIAR_LOG__LEVEL": "debug",
            **{f"FAMILIAR_LIMITS__{name}": PLENTY for name in ("PER_USER", "PER_CONVERSATION", "IN_ALL")},
            **environment,
        }
        self._process: Process | None = None

    @property
    def log(self) -> str:
        """What it wrote."""
        return self._log.read_text("utf-8")

    def outbox(self) -> dict[str, int]:
        """How many replies came to which end."""
        return dict(self._read("SELECT status, count(*) FROM outbox GROUP BY status"))

    def speakers(self) -> list[str]:
        """Who answered, one reply after the other."""
        return [speaker for (speaker,) in self._read("SELECT source FROM replies ORDER BY id")]

    async def health(self) -> dict[str, Any]:
        """What it says of itself."""
        url = f"http://127.0.0.1:{self._environment['FAMILIAR_API__PORT']}/health"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return await answer.json()

    async def is_refused_by(self, platform: str) -> None:
        """Wait until its health says that one platform needs the operator, in a line, and that the rest serves."""
        async with asyncio.timeout(PATIENCE):
            while True:
                report = await self._try_health()
                if report is not None and report["adapters"][platform]["state"] == "fatal":
                    break
                await asyncio.sleep(0.05)
        refused = report["adapters"].pop(platform)
        assert "token" in refused["reason"]
        assert "\n" not in refused["reason"]
        assert report["status"] == "degraded"
        assert all(other["state"] not in {"lost", "fatal"} for other in report["adapters"].values())

    async def _try_health(self) -> dict[str, Any] | None:
        with suppress(aiohttp.ClientError):  # it may not listen yet
            return await self.health()

    async def says(self, words: str) -> None:
        """Wait until the log holds these words."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.log:  # noqa: ASYNC110 - a file tells nobody that it grew
                await asyncio.sleep(0.02)

    async def keeps(self, **replies: int) -> None:
        """Wait until so many replies are in its outbox, by status; other statuses may be there too."""
        async with asyncio.timeout(PATIENCE):
            while any(self.outbox().get(status, 0) != count for status, count in replies.items()):  # noqa: ASYNC110 - a database tells other processes nothing
                await asyncio.sleep(0.02)

    def _read(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self._home / 'familiar.db'}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    async def has_stored(self, count: int, conversation: int) -> None:
        """Wait until it has taken in so many events of a conversation."""
        query = f"SELECT count(*) FROM inbox WHERE conversation_id = '{conversation}'"
        async with asyncio.timeout(PATIENCE):
            while self._read(query) != [(count,)]:  # noqa: ASYNC110 - a database tells other processes nothing
                await asyncio.sleep(0.02)

    async def start(self) -> None:
        """Start it, without waiting for anything."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._environment,
                cwd=self._home,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def serve(self) -> None:
        """Start it and wait until it receives what happens on every platform."""
        before = [platform.arrivals for platform in self._platforms]
        await self.start()
        serving = asyncio.gather(
            *(
                platform.world.until(lambda platform=platform, count=count: platform.arrivals > count, PATIENCE)
                for platform, count in zip(self._platforms, before, strict=True)
            )
        )
        ended = asyncio.ensure_future(self.ended())
        await asyncio.wait((serving, ended), return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        assert serving.done(), self.log
        await serving

    async def __aenter__(self) -> Self:
        await self.serve()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
            for platform in self._platforms:
                await platform.notice_end()

    async def stop(self) -> int:
        """End it as a service manager does, and return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for its end and return its exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), PATIENCE)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _install_probe(home: Path) -> Path:
    """A folder where Python finds the probe as an installed plugin."""
    about = home / "site" / "probe-1.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1\n")
    entry = "[familiar.plugins]\nprobe = tests.adapters.probe:ProbePlugin\n"
    (about / "entry_points.txt").write_text(entry)
    return about.parent
