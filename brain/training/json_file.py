"""Small JSON files that somebody else may have written. Needs no torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

_LARGEST = 16 << 20


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object. Raises OSError, or ValueError for whatever else the file may be, each in one line."""
    if path.stat().st_size > _LARGEST:
        raise ValueError("too large")
    try:
        content = json.loads(path.read_text("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    return cast(dict[str, Any], content)
