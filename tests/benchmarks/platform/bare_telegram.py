"""The echo as one writes it on python-telegram-bot alone, which by default handles one update after the other."""

from __future__ import annotations

import os
from typing import Any

from telegram import Update
from telegram.ext import Application, MessageHandler, filters


async def echo(update: Update, _context: Any) -> None:
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


def make_application() -> Application[Any, Any, Any, Any, Any, Any]:
    builder = Application.builder().token(os.environ["FAMILIAR_TELEGRAM__TOKEN"])
    application = builder.base_url(os.environ["FAMILIAR_TELEGRAM__BASE_URL"]).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    return application


if __name__ == "__main__":
    make_application().run_polling()
