"""How many random cases properties are tried with: TEST_EXAMPLES in all, 20,000 by default, more in a nightly run."""

from __future__ import annotations

import os

CASES = int(os.environ.get("TEST_EXAMPLES", "20000")) // 5
"""The share of one property."""
