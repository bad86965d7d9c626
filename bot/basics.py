"""The commands every Familiar has."""

from __future__ import annotations

from importlib.metadata import version

from bot.plugin import Context, Plugin, command


class BasicsPlugin(Plugin):
    """What this bot can do, what it is, and a fresh start."""

    name = "basics"
    description = "/help, /about and /reset"

    @command("help", "Show what I can do")
    async def help(self, ctx: Context) -> str:
        """List every command with how it is called."""
        lines = (f"{command.usage} - {command.description}" for command in ctx.host.commands)
        return "\n".join(["You can simply talk to me. I also know these commands:", *lines])

    @command("about", "Tell what I am")
    async def about(self, ctx: Context) -> str:
        """Name the program, its version and the model that speaks."""
        model = ctx.host.model_version or "still loading"
        return f"I am {ctx.host.bot_name}, a Familiar {version('familiar-companion')}. My voice is the model {model}."

    @command("reset", "Forget what we said in this conversation")
    async def reset(self, ctx: Context) -> str:
        """Start the conversation afresh."""
        ctx.forget_conversation()
        return "Done. I have forgotten what we said here; let's start afresh."
