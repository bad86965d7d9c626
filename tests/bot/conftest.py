"""What the host's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import ModelSettings, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home of its own, no extensions, and a folder for a model that fakes never look into."""
    return Settings(home=tmp_path, adapters=(), plugins=(), model=ModelSettings(version=str(tmp_path)))
