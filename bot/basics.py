"""The commands every Familiar has."""

from __future__ import annotations

from importlib.metadata import version

from bot.commands import Permission
from bot.events import ActionInvoked, Button, Reply
from bot.plugin import Context, Plugin, Said, command, on

FORGOTTEN = "Done. I have forgotten what we said here; let's start afresh."
_RESET, _KEEP = "reset", "keep"


class BasicsPlugin(Plugin):
    """What this bot can do, what it is, and a fresh start."""

    name = "basics"
    description = "/help, /about and /reset"

    @command("help", "Show what I can do")
    async def help(self, ctx: Context) -> str:
        """List every command with how it is called."""
        mine = [command for command in ctx.host.commands if ctx.is_admin or command.permission is Permission.EVERYONE]
        lines = (f"{command.usage} - {command.description}" for command in mine)
        return "\n".join(["You can simply talk to me. I also know these commands:", *lines])

    @command("about", "Tell what I am")
    async def about(self, ctx: Context) -> str:
        """Name the program, its version and the model that speaks."""
        model = ctx.host.model.version if ctx.host.model else "still loading"
        program = f"Familiar {version('familiar-companion')}"
        return f"I am {ctx.host.bot_name}. I run on {program}, and my voice is the model {model}."

    @command("reset", "Forget what we said in this conversation")
    async def reset(self, ctx: Context) -> Said:
        """Start the conversation afresh, after asking back where the platform has buttons."""
        if ctx.has_buttons:
            asker = ctx.author.ref.user_id
            buttons = (Button("Yes", f"{_RESET}:{asker}"), Button("Keep it", f"{_KEEP}:{asker}"))
            return Reply("Shall I forget what we said here?", buttons=buttons)
        ctx.forget_conversation()
        return FORGOTTEN

    @on(ActionInvoked)
    async def decide_reset(self, ctx: Context, event: ActionInvoked) -> Said:
        """Take the answer of the person who was asked."""
        choice, _, asker = event.payload.partition(":")
        if choice not in {_RESET, _KEEP}:
            return None
        if asker != ctx.author.ref.user_id:
            return Reply("Only the person who asked can decide that.", ephemeral=True)
        if choice == _KEEP:
            return "All right, I keep it."
        ctx.forget_conversation()
        return FORGOTTEN
