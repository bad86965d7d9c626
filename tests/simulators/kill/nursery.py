"""A fork server: has imported all a victim needs, and bears one for each line on standard input.

    python -m tests.simulators.kill.nursery

A line is a Life as JSON. It prints the pid of the child, and when that has ended, its status (negative: the signal).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys

from bot.logs import set_up_logs
from bot.settings import LogSettings
from tests.simulators.kill.victim import Life, live


def bear_children() -> None:
    for line in iter(sys.stdin.readline, ""):
        pid = os.fork()
        if pid == 0:
            asyncio.run(live(Life(**json.loads(line))))
            os._exit(0)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    set_up_logs(LogSettings(level="critical"))
    bear_children()
