"""The commands of the people who run it."""

from __future__ import annotations

from bot.commands import Permission
from bot.plugin import Context, Plugin, command


class AdminPlugin(Plugin):
    """Looks after the bot from within a chat."""

    name = "admin"
    description = "/model status, for the people in `admins`"

    @command("model status", "Tell which model speaks", permission=Permission.ADMIN, ephemeral=True)
    async def model_status(self, ctx: Context) -> str:
        """Name the model, how long it has been speaking, and where it came from."""
        model = ctx.host.model
        if model is None:
            return "No model speaks yet: the first one is still loading."
        return f"{model.version} speaks since {model.since:%Y-%m-%d %H:%M} UTC. It was loaded from {model.source}."
