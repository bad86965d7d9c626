from __future__ import annotations

from collections.abc import Sequence

from bot.adapter import Adapter
from bot.testing import AdapterContract, FakeAdapter


class TestFakeAdapter(AdapterContract):
    async def make_adapter(self) -> Adapter:
        return FakeAdapter()

    async def write(self, adapter: Adapter, text: str) -> None:
        assert isinstance(adapter, FakeAdapter)
        try:
            await adapter.say(text)
        except Exception:
            return  # the platform keeps what was not confirmed; this one forgets it

    def read(self, adapter: Adapter) -> Sequence[str]:
        assert isinstance(adapter, FakeAdapter)
        return [delivery.reply.text for delivery in adapter.arrived]
