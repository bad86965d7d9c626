"""Runs a plugin in a real Familiar: real dispatcher, temporary database, a network that always says the same."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from bot.app import App
from bot.plugin import Plugin
from bot.settings import LimitSettings, ModelSettings, Settings
from bot.testing.fake_adapter import FakeAdapter
from bot.testing.fake_generator import FakeGenerator

WIDE = LimitSettings(per_user="1000000 per second", per_conversation="1000000 per second", in_all="1000000 per second")
"""A test may write faster than a person."""


class PluginHarness:
    """Talks to plugins as a person does.

    async with PluginHarness(DicePlugin()) as harness:
        assert await harness.say("/roll 1") == "You rolled 1."
    """

    def __init__(self, *plugins: Plugin, network_says: str = "I see.", buttons: bool = False) -> None:
        """Register `plugins`, in this order. The network says `network_says` where no plugin speaks.

        `buttons`: the platform shows them.
        """
        self._plugins = plugins
        self._buttons = buttons
        self._network = FakeGenerator(network_says)
        self._open = AsyncExitStack()
        self._read = 0

    async def say(self, text: str, *, conversation: str = "c1", user: str = "u1") -> str | None:
        """Say something (or call `/command arguments`) and return the reply, or None where nothing is said.

        The user "admin" may call admin commands.
        """
        await self._adapter.say(text, conversation=conversation, user=user)
        return await self._next_reply()

    async def press(self, label: str, *, user: str = "u1") -> str | None:
        """Press the latest button of that label and return the reply, or None where nothing is said."""
        labelled = [sent for sent in self._adapter.arrived if label in {button.label for button in sent.reply.buttons}]
        await self._adapter.press(labelled[-1], label, user=user)
        return await self._next_reply()

    async def _next_reply(self) -> str | None:
        await self._app.settle()
        replies = self._adapter.arrived[self._read :]
        self._read = len(self._adapter.arrived)
        return replies[0].reply.text if replies else None

    async def __aenter__(self) -> PluginHarness:
        """Raises ExtensionError where a plugin does not register."""
        async with AsyncExitStack() as opened:
            home = Path(opened.enter_context(TemporaryDirectory(prefix="familiar-")))
            settings = Settings(
                home=home, plugins=(), admins=("fake:admin",), model=ModelSettings(version=str(home)), limits=WIDE
            )
            self._adapter = FakeAdapter(settings, buttons=self._buttons)
            self._app = App(settings, [self._adapter], self._plugins, lambda _folder: self._network)
            await opened.enter_async_context(self._app)
            self._open = opened.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()
