"""Familiar in a process of its own, talking to the simulated Telegram, made with nothing but an environment."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import Process
from contextlib import closing
from pathlib import Path
from typing import Self

from tests.simulators.telegram import Telegram

REPOSITORY = Path(__file__).parents[3]
HURRIED, PATIENT = "tests.adapters.telegram.hurried", "tests.adapters.discord.familiar_with_fakes"
PLENTY = "1000000 per second"
PATIENCE = 30.0


class Product:
    """A process between `async with` and its end. `log` is what it wrote.

    A `PATIENT` one keeps Telegram's flood limits, and the simulator holds it to them.
    """

    def __init__(self, telegram: Telegram, home: Path, module: str = HURRIED, **environment: str) -> None:
        self._world = telegram.world
        self._home = home
        self._log = home / "log"
        self._module = module
        telegram.world.flood_limits = module != HURRIED
        home.mkdir(exist_ok=True)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FAMILIAR_")},
            **telegram.environment,
            "PYTHONPATH": os.pathsep.join([str(_install_probe(home)), str(REPOSITORY)]),
            "FAMILIAR_HOME": str(home),
            "FAMILIAR_PLUGINS": "basics,probe",
            "FAMILIAR_MODEL__VERSION": str(home),
            "FAMILIAR_API__PORT": "0",
            "FAMILIAR_LOG__LEVEL": "debug",
            **{f"FAMILIAR_LIMITS__{name}": PLENTY for name in ("PER_USER", "PER_CONVERSATION", "IN_ALL")},
            **environment,
        }
        self._process: Process | None = None

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def outbox(self) -> dict[str, int]:
        """How many replies came to which end."""
        with closing(sqlite3.connect(f"file:{self._home / 'familiar.db'}?mode=ro", uri=True)) as database:
            return dict(database.execute("SELECT status, count(*) FROM outbox GROUP BY status").fetchall())

    async def says(self, words: str) -> None:
        """Wait until the log holds these words."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.log:  # noqa: ASYNC110 - a file tells nobody that it grew
                await asyncio.sleep(0.02)

    async def start(self) -> None:
        """Start it, without waiting for anything."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                env=self._environment,
                cwd=self._home,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def __aenter__(self) -> Self:
        await self.serve()
        return self

    async def serve(self) -> None:
        """Start it and wait until it asks for updates, or has its webhook set."""
        polls, hooks = self._world.polls, len(self._world.requests("setWebhook"))
        await self.start()
        serving = asyncio.ensure_future(
            self._world.until(
                lambda: self._world.polls > polls or len(self._world.requests("setWebhook")) > hooks, PATIENCE
            )
        )
        ended = asyncio.ensure_future(self.ended())
        await asyncio.wait((serving, ended), return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        assert serving.done(), self.log

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> int:
        """End it as a service manager does, and return its exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for its end and return its exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), PATIENCE)


def _install_probe(home: Path) -> Path:
    """A folder where Python finds the probe as an installed plugin."""
    about = home / "site" / "probe-1.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1\n")
    entry = "[familiar.plugins]\nprobe = tests.adapters.discord.probe:ProbePlugin\n"
    (about / "entry_points.txt").write_text(entry)
    return about.parent
