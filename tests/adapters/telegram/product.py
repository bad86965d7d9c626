"""Familiar in a process of its own, without Telegram's slow pace."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.adapters.product import Product
from tests.simulators.telegram import Telegram

HURRIED = (sys.executable, "-m", "tests.adapters.telegram.hurried")


def hurried(home: Path, telegram: Telegram, **environment: str) -> Product:
    """One that does not keep Telegram's flood limits, on a simulator that does not hold it to them."""
    telegram.world.flood_limits = False
    return Product(home, telegram, command=HURRIED, **environment)
