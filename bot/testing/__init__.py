"""What authors of adapters and plugins test with: a platform in memory, a network with fixed words, and contracts."""

from bot.testing.adapter_contract import AdapterContract
from bot.testing.fake_adapter import FakeAdapter
from bot.testing.fake_generator import FakeGenerator
from bot.testing.plugin_contract import PluginContract
from bot.testing.plugin_harness import PluginHarness

__all__ = ["AdapterContract", "FakeAdapter", "FakeGenerator", "PluginContract", "PluginHarness"]
