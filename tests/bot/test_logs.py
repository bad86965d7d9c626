from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.app import App
from bot.errors import DeliveryRefusedError
from bot.events import MessageReceived
from bot.logs import set_up_logs
from bot.plugin import Context, Plugin, Said, on
from bot.settings import LogSettings, Settings
from bot.testing import FakeAdapter, FakeGenerator

SECRET = "xyzzy-planted"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Logging as it was before the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


class Careless(Plugin):
    """Does with what people write what a plugin should not."""

    name = "careless"

    @on(MessageReceived)
    async def hear(self, ctx: Context, event: MessageReceived) -> Said:
        structlog.get_logger().debug("heard", text=event.text, token=event.text)
        if "break" in event.text:
            raise ValueError(event.text)
        return None


async def test_nothing_people_write_is_in_the_logs_at_debug(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logs(LogSettings(level="debug"))
    network = FakeGenerator(lambda request: f"{SECRET} again: {request.turns[-1].text}")
    adapter = FakeAdapter(settings)
    async with App(settings, [adapter], [Careless()], lambda _folder: network) as app:
        await adapter.ask(f"{SECRET} hello", user=SECRET)
        await adapter.ask(f"{SECRET} break")
        await adapter.ask(f"/{SECRET} {SECRET}")
        adapter.fail_next(DeliveryRefusedError("blocked"))
        await adapter.say(SECRET + "x" * 5000)
        await app.settle()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "a handler failed" in printed.err
    assert "a reply was not delivered" in printed.err
    assert SECRET not in printed.err


def test_a_failure_is_logged_by_type_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(LogSettings(level="info", json_lines=True))
    try:
        raise ValueError(SECRET)
    except ValueError:
        structlog.get_logger().exception("it failed")
        logging.getLogger("a.library").exception("it failed there")
    ours, *theirs = capsys.readouterr().err.splitlines()
    fields = json.loads(ours)
    assert fields["event"] == "it failed"
    assert fields["error"] == "ValueError"
    assert "test_logs.py" in fields["at"]
    assert "it failed there" in theirs[0]
    assert "ValueError" in theirs[1]
    assert SECRET not in "".join([ours, *theirs])


def test_the_level_is_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(LogSettings(level="warning"))
    structlog.get_logger().info("small talk")
    structlog.get_logger().warning("mind this")
    assert "small talk" not in (printed := capsys.readouterr().err)
    assert "mind this" in printed
