"""How the benchmarks start Python."""

from __future__ import annotations

import os
from functools import cache
from tempfile import TemporaryDirectory

_BYTECODE = TemporaryDirectory(prefix="familiar-bench-")


@cache
def environment() -> dict[str, str]:
    """Variables with which compiled modules are kept, even where they are not otherwise.

    Every start but the very first finds them on a person's machine.
    """
    without = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**without, "PYTHONPYCACHEPREFIX": _BYTECODE.name}
