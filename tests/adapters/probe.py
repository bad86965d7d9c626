"""A plugin that does on demand what tests want to see. Where the platform tells it something else, it says so."""

from __future__ import annotations

import asyncio
import os

from bot.commands import Permission
from bot.events import (
    ActionInvoked,
    Button,
    MembershipChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReactionChanged,
    Reply,
    ThreadCreated,
)
from bot.plugin import Context, Plugin, Said, command, on

LONG = "\n".join(["Look:", "```python", *(f"print({number})" for number in range(400)), "```", "That was it."])


class ProbePlugin(Plugin):
    """Echoes what is addressed to it."""

    name = "probe"

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.somebody_waits = asyncio.Event()

    async def _wait(self) -> None:
        self.somebody_waits.set()
        await self.gate.wait()

    @on(MessageReceived)
    async def hear(self, ctx: Context, event: MessageReceived) -> Said:
        if not (event.is_direct or event.mentions_me or event.replies_to_me):
            return None
        if event.text == "hang" and os.environ.get("PROBE_HANGS"):
            await asyncio.Event().wait()
        if event.text == "wait":
            await self._wait()
        if event.text.startswith("brain"):
            return None
        if event.text == "break":
            raise ValueError("on demand")
        if event.text == "long":
            return LONG
        if event.text == "whisper":
            return Reply("psst", ephemeral=True)
        if event.attachments:
            return " ".join(f"{file.kind} {file.name} {file.size}" for file in event.attachments)
        return f"heard {event.text}"

    @on(MessageEdited)
    async def see_edit(self, ctx: Context, event: MessageEdited) -> Said:
        return f"edited: {event.text}" if event.text.startswith("tell") else None

    @on(MessageDeleted)
    async def see_deletion(self, ctx: Context, event: MessageDeleted) -> Said:
        return f"deleted: {event.message_id}"

    @on(ReactionChanged)
    async def see_reaction(self, ctx: Context, event: ReactionChanged) -> Said:
        return f"reaction: +{','.join(event.added)} -{','.join(event.removed)} by {event.author.ref.user_id}"

    @on(MembershipChanged)
    async def see_membership(self, ctx: Context, event: MembershipChanged) -> Said:
        return f"{event.change} {event.space}" if event.change == "joined" else None

    @on(ThreadCreated)
    async def see_thread(self, ctx: Context, event: ThreadCreated) -> Said:
        return f"thread of {event.parent}"

    @on(ActionInvoked)
    async def see_press(self, ctx: Context, event: ActionInvoked) -> Said:
        return None if event.payload == "nothing" else Reply(f"pressed {event.payload}", event.payload == "quiet")

    @command("ping", "Answer")
    async def ping(self, ctx: Context) -> str:
        return "pong @everyone <@202>"

    @command("add", "Add numbers")
    async def add(self, ctx: Context, first: int, second: float = 0.5, loud: bool = False, note: str = "") -> str:
        return f"{first + second}{'!' if loud else ''}{note}"

    @command("secret", "Tell the caller alone", ephemeral=True)
    async def secret(self, ctx: Context, length: int = 6) -> str:
        return "s3cret " * (length // 6)

    @command("whisper", "Tell the caller alone, as was decided late")
    async def whisper(self, ctx: Context) -> Reply:
        return Reply("psst", ephemeral=True)

    @command("long", "Say more than fits")
    async def long(self, ctx: Context) -> str:
        return LONG

    @command("wait", "Wait")
    async def wait(self, ctx: Context) -> str:
        if os.environ.get("PROBE_HANGS"):
            await asyncio.Event().wait()
        await self._wait()
        return "waited"

    @command("later secretly", "Wait for the caller alone", ephemeral=True)
    async def later_secretly(self, ctx: Context) -> str:
        if os.environ.get("PROBE_HANGS"):
            await asyncio.Event().wait()
        return "waited secretly"

    @command("release", "End all waiting, once somebody waits")
    async def release(self, ctx: Context) -> str:
        await self.somebody_waits.wait()
        self.somebody_waits.clear()
        self.gate.set()
        self.gate = asyncio.Event()
        return "released"

    @command("silent", "Say nothing")
    async def silent(self, ctx: Context) -> None:
        return None

    @command("choose", "Offer buttons")
    async def choose(self, ctx: Context) -> Reply:
        return Reply("Choose", buttons=tuple(Button(name.title(), name) for name in ("one", "quiet", "nothing")))

    @command("model probe", "Only for admins", permission=Permission.ADMIN)
    async def admin(self, ctx: Context) -> str:
        return f"admin {ctx.is_admin}"
