from __future__ import annotations

from importlib.metadata import version

from bot.basics import BasicsPlugin
from bot.plugin import Context, Plugin, command
from bot.testing import PluginContract, PluginHarness


class TestBasicsPlugin(PluginContract):
    def make_plugin(self) -> Plugin:
        return BasicsPlugin()


class Greeter(Plugin):
    name = "greeter"

    @command("greet", "Greet somebody")
    async def greet(self, ctx: Context, whom: str, loudly: bool = False) -> str:
        return f"Hello, {whom}"


async def test_help_lists_the_commands_of_every_plugin_with_their_usage() -> None:
    async with PluginHarness(BasicsPlugin(), Greeter()) as harness:
        said = await harness.say("/help")
    assert said is not None
    lines = said.splitlines()
    assert "/greet <whom> [loudly] - Greet somebody" in lines
    assert "/help - Show what I can do" in lines


async def test_about_names_the_program_and_the_model_that_speaks() -> None:
    async with PluginHarness(BasicsPlugin()) as harness:
        await harness.say("hello")
        said = await harness.say("/about")
    assert said is not None
    assert f"Familiar {version('familiar-companion')}" in said
    assert "familiar-" in said


async def test_reset_forgets_this_conversation_and_no_other() -> None:
    class History(Plugin):
        name = "history"

        @command("count", "Count what was said")
        async def count(self, ctx: Context) -> str:
            return str(len(await ctx.history()))

    async with PluginHarness(BasicsPlugin(), History()) as harness:
        await harness.say("hello")
        await harness.say("hello", conversation="c2")
        assert await harness.say("/count") == "2"
        assert await harness.say("/reset") == "Done. I have forgotten what we said here; let's start afresh."
        assert await harness.say("/count") == "0"
        assert await harness.say("/count", conversation="c2") == "2"
