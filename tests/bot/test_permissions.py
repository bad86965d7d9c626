"""Who may call what, through the real App."""

from __future__ import annotations

from typing import Any

import pytest

from bot.admin import AdminPlugin
from bot.app import App
from bot.basics import BasicsPlugin
from bot.commands import Permission
from bot.events import Delivery
from bot.plugin import Context, Plugin, Said, command
from bot.settings import Settings
from bot.skills import DENIED, DONE
from bot.testing import FakeAdapter, FakeGenerator, PluginContract, PluginHarness


class TestAdminPlugin(PluginContract):
    def make_plugin(self) -> Plugin:
        return AdminPlugin()


class Lever(Plugin):
    name = "lever"

    def __init__(self) -> None:
        self.pulled = 0

    @command("pull", "Pull the lever", permission=Permission.ADMIN)
    async def pull(self, ctx: Context) -> Said:
        self.pulled += 1
        return f"pulled by an admin: {ctx.is_admin}"

    @command("whisper", "Say it to one person", ephemeral=True)
    async def whisper(self, ctx: Context, times: int = 1) -> Said:
        return "psst" * times if times < 9 else None

    @command("nothing", "Say nothing")
    async def nothing(self, ctx: Context) -> Said: ...


async def call(
    settings: Settings, text: str, user: str = "u1", platform: str = "fake", **about: Any
) -> Delivery | None:
    """Call a command and return the answer."""
    adapter = FakeAdapter(settings, name=platform)
    plugins = [Lever(), AdminPlugin(), BasicsPlugin()]
    async with App(settings, [adapter], plugins, lambda _folder: FakeGenerator()) as app:
        await app.model.wait_until_loaded()
        await adapter.say(text, user=user, **about)
        await app.settle()
    return adapter.arrived[0] if adapter.arrived else None


@pytest.mark.parametrize(
    ("platform", "user", "granted"), [("fake", "1", True), ("fake", "2", False), ("other", "1", False)]
)
async def test_an_admin_is_somebody_on_one_platform(
    settings: Settings, platform: str, user: str, granted: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings.model_copy(update={"admins": ("fake:1",)})
    answer = await call(settings, "/pull", user, platform)
    assert answer is not None
    assert answer.reply.text == ("pulled by an admin: True" if granted else DENIED)
    assert answer.reply.ephemeral is not granted
    [line] = [line for line in capsys.readouterr().out.splitlines() if "admin command" in line]
    assert f"{platform}:{user}" in line
    assert "pull" in line


async def test_nobody_is_an_admin_unless_named(settings: Settings) -> None:
    answer = await call(settings, "/pull")
    assert answer is not None
    assert answer.reply.text == DENIED


async def test_a_command_is_answered_to_its_caller_alone_where_it_was_declared_so(settings: Settings) -> None:
    for text in ("/whisper", "/whisper loud", "/pull"):
        answer = await call(settings, text, update_id=text)
        assert answer is not None
        assert answer.reply.ephemeral


async def test_a_platform_that_waits_for_an_answer_gets_one(settings: Settings) -> None:
    assert await call(settings, "/nothing") is None
    answer = await call(settings, "/whisper 9", update_id="w", reply_token="interaction")
    assert answer is not None
    assert (answer.reply.text, answer.reply.ephemeral, answer.reply_token) == (DONE, True, "interaction")


@pytest.mark.parametrize("text", ["/model status", "/Model Status "])
async def test_admins_learn_which_model_speaks(text: str) -> None:
    async with PluginHarness(AdminPlugin()) as harness:
        await harness.say("hello")
        said = await harness.say(text, user="admin")
        assert said is not None
        assert "speaks since" in said
        assert "/familiar-" in said
        assert await harness.say(text) == DENIED


async def test_half_of_a_subcommand_is_answered_with_how_to_write_it() -> None:
    async with PluginHarness(AdminPlugin()) as harness:
        assert await harness.say("/model", user="admin") == "Write /model status"
        assert await harness.say("/model stat", user="admin") == "Write /model status"


async def test_help_tells_people_what_they_may_call() -> None:
    async with PluginHarness(AdminPlugin(), BasicsPlugin()) as harness:
        assert "/model status" not in (await harness.say("/help") or "")
        assert "/model status - Tell which model speaks" in (await harness.say("/help", user="admin") or "")
