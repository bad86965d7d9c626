"""Both bare echoes in one process, on one event loop: what Familiar is put beside when it serves both platforms."""

from __future__ import annotations

import asyncio
import os

from tests.benchmarks.platform.bare_discord import make_client
from tests.benchmarks.platform.bare_telegram import make_application


async def serve() -> None:
    application = make_application()
    async with make_client() as client, application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling()
        await client.start(os.environ["FAMILIAR_DISCORD__TOKEN"])


if __name__ == "__main__":
    asyncio.run(serve())
