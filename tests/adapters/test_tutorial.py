"""The adapter on adapters/README.md, run as it is printed there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from bot.testing import AdapterContract

PAGE = (Path(__file__).parents[2] / "adapters" / "README.md").read_text("utf-8")
NAMES: dict[str, Any] = {"__name__": "tutorial"}
for block in re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
    exec(compile(block, "adapters/README.md", "exec"), NAMES)

TestFolderAdapter: type[AdapterContract] = NAMES["TestFolderAdapter"]


def test_the_blocks_of_toml_can_be_read() -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert [list(tomllib.loads(block)) for block in blocks] == [["project"], ["adapters"]]
