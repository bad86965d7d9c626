"""The code on plugins/README.md, run as it is printed there."""

from __future__ import annotations

import inspect
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.testing import PluginContract

PAGE = (Path(__file__).parents[3] / "plugins" / "README.md").read_text("utf-8")
NAMES: dict[str, Any] = {"__name__": "tutorial"}
for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
    exec(compile(block, "plugins/README.md", "exec"), NAMES)

TESTS = [value for name, value in NAMES.items() if name.startswith("test_") and inspect.iscoroutinefunction(value)]
TestTally: type[PluginContract] = NAMES["TestTally"]


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.__name__)
async def test_the_tutorials_own(test: Any) -> None:
    await test()


def test_there_are_tests_for_every_plugin_on_the_page() -> None:
    plugins = re.findall(r"^class (\w+)\(Plugin\)", PAGE, re.MULTILINE)
    assert len(TESTS) == len(plugins) == 5


def test_the_blocks_of_toml_can_be_read() -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert [list(tomllib.loads(block)) for block in blocks] == [["project"], ["plugins"]]
