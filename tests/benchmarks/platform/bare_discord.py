"""The echo as one writes it on discord.py alone. It finds the simulator where Familiar does: in the environment."""

from __future__ import annotations

import os

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


class Echo(discord.Client):
    async def on_message(self, message: discord.Message) -> None:
        if not message.author.bot:
            await message.channel.send(message.content)


def make_client() -> Echo:
    Route.BASE = os.environ["FAMILIAR_DISCORD__API_BASE"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["FAMILIAR_DISCORD__GATEWAY_URL"])
    return Echo(intents=discord.Intents(guilds=True, messages=True, message_content=True))


if __name__ == "__main__":
    make_client().run(os.environ["FAMILIAR_DISCORD__TOKEN"])
