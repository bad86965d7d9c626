"""What every plugin keeps to."""

# ruff: noqa: D102 - a test's name says what it checks

from __future__ import annotations

from abc import ABC, abstractmethod

from bot.handlers import HandlerTable
from bot.plugin import Plugin
from bot.skills import APOLOGY
from bot.testing.plugin_harness import PluginHarness


class PluginContract(ABC):
    """Inherit it in a class named Test…, say how the plugin is made, and pytest checks the rest."""

    @abstractmethod
    def make_plugin(self) -> Plugin:
        """Return a fresh plugin."""

    def test_it_registers(self) -> None:
        HandlerTable([self.make_plugin()])

    async def test_every_command_answers_when_called_without_arguments(self) -> None:
        plugin = self.make_plugin()
        async with PluginHarness(plugin) as harness:
            for command in HandlerTable([plugin]).commands:
                assert await harness.say(f"/{command.name}", user="admin") not in (None, APOLOGY), (
                    f"/{command.name} fails"
                )

    async def test_no_command_breaks_on_odd_arguments(self) -> None:
        plugin = self.make_plugin()
        async with PluginHarness(plugin) as harness:
            for command in HandlerTable([plugin]).commands:
                for odd in ('"', "-1", "9" * 400, "\ud800\0", "'; DROP TABLE x; --", "<script>"):
                    assert await harness.say(f"/{command.name} {odd}", user="admin") != APOLOGY, (
                        f"/{command.name} {odd!r} fails"
                    )

    async def test_closing_it_twice_is_harmless(self) -> None:
        plugin = self.make_plugin()
        await plugin.aclose()
        await plugin.aclose()
