"""The only door to brain: finds models, loads them beside the loop, and lets them speak."""

from bot.model_host.host import FALLBACK, Load, ModelHost, ModelReply
from bot.model_host.memory_shelf import MemoryShelf
from bot.model_host.shelf import ModelFolder, ModelShelf

__all__ = ["FALLBACK", "Load", "MemoryShelf", "ModelFolder", "ModelHost", "ModelReply", "ModelShelf"]
