"""`familiar run` with a network that says one thing: what a test of a platform does not need to load."""

from __future__ import annotations

import asyncio
import sys
import time

from bot.app import App
from bot.errors import FamiliarError
from bot.logs import set_up_logs
from bot.settings import load_settings
from bot.testing import FakeGenerator
from brain.reply import ReplyRequest


def speak(request: ReplyRequest) -> str:
    if request.turns[-1].text.endswith("slowly"):
        time.sleep(0.5)
    return "I see."


async def serve() -> None:
    settings = load_settings()
    set_up_logs(settings.log)
    await App(settings, load=lambda _folder: FakeGenerator(speak), exclusive=True, serves_http=True).run()


def main() -> None:
    try:
        asyncio.run(serve())
    except FamiliarError as error:
        print(f"familiar: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
