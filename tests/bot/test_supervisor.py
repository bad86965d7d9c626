from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.adapter import Publish
from bot.bus.local import LocalBus
from bot.connections import Connections
from bot.errors import SettingsError
from bot.events import ConnectionChanged, PlatformEvent
from bot.supervisor import Supervisor
from bot.testing import FakeAdapter


class Shaky(FakeAdapter):
    """Breaks off a number of times before it runs."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__(name="shaky")
        self.failures = list(failures)

    async def start(self, publish: Publish) -> None:
        if self.failures:
            raise self.failures.pop(0)
        await super().start(publish)


class Clock:
    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)


async def ignore(_event: PlatformEvent) -> None: ...


def shrug(_platform: str) -> None: ...


async def test_an_adapter_that_breaks_off_is_started_again_ever_later_and_others_go_on() -> None:
    shaky, steady, clock = Shaky(*(OSError("no network") for _ in range(3))), FakeAdapter(), Clock()
    connections = Connections(LocalBus())
    supervisor = Supervisor([shaky, steady], ignore, (), connections, shrug, sleep=clock.sleep)
    supervisor.start()
    await steady.say("hello")
    await shaky.say("hello")
    assert clock.waits == [1.0, 2.0, 4.0]
    await supervisor.stop()


async def test_it_ends_when_every_adapter_has_come_to_its_end() -> None:
    one, two = FakeAdapter(name="one"), FakeAdapter(name="two")
    supervisor = Supervisor([one, two], ignore, (), Connections(LocalBus()), shrug)
    supervisor.start()
    end = asyncio.create_task(supervisor.wait())
    await one.aclose()
    await one.aclose()
    await two.aclose()
    await asyncio.wait_for(end, 10)


async def test_an_adapter_that_is_refused_for_its_settings_is_not_started_again() -> None:
    shaky, clock = Shaky(SettingsError("the token was revoked")), Clock()
    connections, refused = Connections(LocalBus()), list[str]()
    supervisor = Supervisor([shaky], ignore, (), connections, refused.append, sleep=clock.sleep)
    supervisor.start()
    with pytest.raises(SettingsError, match="revoked"):
        await supervisor.wait()
    assert clock.waits == []
    assert refused == ["shaky"]
    latest = connections.latest["shaky"]
    assert (latest.state, latest.reason) == ("fatal", "the token was revoked")


async def test_an_adapter_that_is_refused_does_not_end_the_others() -> None:
    shaky, steady = Shaky(SettingsError("the token was revoked")), FakeAdapter()
    supervisor = Supervisor([shaky, steady], ignore, (), Connections(LocalBus()), shrug)
    supervisor.start()
    end = asyncio.create_task(supervisor.wait())
    await steady.say("hello")
    assert not end.done()
    await steady.aclose()
    with pytest.raises(SettingsError, match="revoked"):
        await asyncio.wait_for(end, 10)


async def test_what_adapters_report_is_kept_and_told_to_listeners() -> None:
    bus, adapter = LocalBus(), FakeAdapter()
    connections = Connections(bus)
    heard: asyncio.Queue[ConnectionChanged] = asyncio.Queue()
    bus.subscribe(ConnectionChanged, heard.put)
    supervisor = Supervisor([adapter], ignore, (), connections, shrug)
    supervisor.start()
    await adapter.say("hello")
    assert connections.latest == {}
    change = ConnectionChanged(at=datetime.now(UTC), platform="fake", state="ready")
    adapter.report(change)
    assert connections.latest == {"fake": change}
    assert await asyncio.wait_for(heard.get(), 10) == change
    await supervisor.stop()


async def test_one_that_broke_off_counts_as_lost_until_it_is_started_again() -> None:
    bus = LocalBus()
    connections = Connections(bus)
    states: list[str] = []

    async def sleep(_seconds: float) -> None:
        states.append(connections.latest["shaky"].state)

    shaky = Shaky(OSError("no network"))
    supervisor = Supervisor([shaky], ignore, (), connections, shrug, sleep=sleep)
    supervisor.start()
    await shaky.say("hello")
    assert states == ["lost"]
    assert connections.latest == {}
    await supervisor.stop()
