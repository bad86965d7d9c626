"""The benchmarks, all or those that are named:

python -m tests.benchmarks [message_path] [cold_start] [isolation] [kill] [first_reply] [platforms]
                           [features] [ear] [memory_search] [understanding]
"""

from __future__ import annotations

import sys
from importlib import import_module

from tests.benchmarks.report import print_machine

NAMES = (
    "message_path",
    "cold_start",
    "isolation",
    "kill",
    "first_reply",
    "platforms",
    "features",
    "ear",
    "memory_search",
    "understanding",
)


def main() -> None:
    chosen = sys.argv[1:] or NAMES
    if unknown := set(chosen) - set(NAMES):
        sys.exit(
            f"there is no benchmark {', '.join(sorted(unknown))}: name some of {', '.join(NAMES)}, or none for all"
        )
    print_machine()
    for name in chosen:
        import_module(f"tests.benchmarks.{name}").run()


if __name__ == "__main__":
    main()
