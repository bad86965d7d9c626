from __future__ import annotations

import asyncio

import pytest

from bot.adapter import Publish
from bot.errors import SettingsError
from bot.events import PlatformEvent
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


async def test_an_adapter_that_breaks_off_is_started_again_ever_later_and_others_go_on() -> None:
    shaky, steady, clock = Shaky(*(OSError("no network") for _ in range(3))), FakeAdapter(), Clock()
    supervisor = Supervisor([shaky, steady], ignore, (), sleep=clock.sleep)
    supervisor.start()
    await steady.say("hello")
    await shaky.say("hello")
    assert clock.waits == [1.0, 2.0, 4.0]
    await supervisor.stop()


async def test_it_ends_when_every_adapter_has_come_to_its_end() -> None:
    one, two = FakeAdapter(name="one"), FakeAdapter(name="two")
    supervisor = Supervisor([one, two], ignore, ())
    supervisor.start()
    end = asyncio.create_task(supervisor.wait())
    await one.aclose()
    await one.aclose()
    await two.aclose()
    await asyncio.wait_for(end, 10)


async def test_an_adapter_that_is_refused_for_its_settings_is_not_started_again() -> None:
    shaky, clock = Shaky(SettingsError("the token was revoked")), Clock()
    supervisor = Supervisor([shaky], ignore, (), sleep=clock.sleep)
    supervisor.start()
    with pytest.raises(SettingsError, match="revoked"):
        await supervisor.wait()
    assert clock.waits == []
