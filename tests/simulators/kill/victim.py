"""The process that is killed: the real App on a real database, with an adapter to the platform in the parent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.adapter import Adapter, Capabilities, Publish
from bot.app import App
from bot.errors import DeliveryError, DeliveryUncertainError
from bot.events import Author, ConversationRef, Delivery, MessageReceived, UserRef
from bot.lanes import Lanes
from bot.plugin import Context, Plugin, on
from bot.settings import LimitSettings, ModelSettings, Settings
from brain.reply import GeneratedReply, ReplyRequest
from tests.simulators.kill.doom import GENERATING, Doom, Reach, mortal_store

PLATFORM = "sim"
FOR_THE_NETWORK = "think"
"""How a message begins that the plugin leaves to the network."""
MANY = "1000000 per second"


@dataclass(frozen=True, slots=True)
class Life:
    """What a process is told when it is born; `socket` is where the platform listens."""

    home: str
    socket: str
    deduplicates: bool
    stage: str | None = None
    countdown: int = 0


class SocketAdapter(Adapter):
    """Speaks JSON lines: updates come in and are confirmed once stored, replies go out and are acknowledged."""

    name = PLATFORM

    def __init__(self, settings: Settings, life: Life) -> None:
        super().__init__(settings)
        self.capabilities = Capabilities(deduplicates_sends=life.deduplicates)
        self._socket = life.socket
        self._connected: asyncio.Future[asyncio.StreamWriter] = asyncio.get_running_loop().create_future()
        self._sending: dict[str, asyncio.Future[bool]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def start(self, publish: Publish) -> None:
        reader, writer = await asyncio.open_unix_connection(self._socket)
        self._connected.set_result(writer)
        self._reading = asyncio.create_task(self._read(reader, writer, publish))
        await asyncio.shield(self._reading)  # stopped, it takes acknowledgements all the same

    async def aclose(self) -> None:
        if self._reading is not None:
            self._reading.cancel()

    async def send(self, delivery: Delivery) -> str | None:
        writer = await self._connected
        if writer.is_closing():
            raise DeliveryUncertainError("the platform is gone")
        sent = self._sending[delivery.nonce] = asyncio.get_running_loop().create_future()
        conversation = delivery.conversation.conversation_id
        self._write(writer, send=delivery.nonce, conversation=conversation, text=delivery.reply.text)
        if not await sent:
            raise DeliveryError("the platform asks to wait")
        return delivery.nonce

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, publish: Publish) -> None:
        async def take(update: dict[str, Any]) -> None:
            await publish(_to_event(update))
            self._write(writer, confirm=update["update"])

        lanes = Lanes[dict[str, Any]](take, per_key=1_000, in_all=10_000)
        while line := await reader.readline():
            message = json.loads(line)
            if "sent" in message:
                self._sending.pop(message["sent"]).set_result(True)
            elif "refused" in message:
                self._sending.pop(message["refused"]).set_result(False)
            else:
                lanes.add(message["conversation"], message)

    def _write(self, writer: asyncio.StreamWriter, **message: object) -> None:
        writer.write(json.dumps(message).encode() + b"\n")


class Echo(Plugin):
    """Answers what is not for the network."""

    name = "echo"

    @on(MessageReceived)
    async def hear(self, ctx: Context, event: MessageReceived) -> str | None:
        return None if event.text.startswith(FOR_THE_NETWORK) else f"heard {event.text}"


class EchoGenerator:
    """A network that repeats what it was told."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def reply(self, request: ReplyRequest, on_text: Callable[[str], bool] | None = None) -> GeneratedReply:
        text = request.turns[-1].text
        if on_text is not None and text.startswith(FOR_THE_NETWORK):  # else it is only being warmed
            on_text("heard")
            self._reach(GENERATING)
        return GeneratedReply(f"heard {text}")


async def live(life: Life) -> None:
    """Serve until SIGTERM, or until doomed."""
    doom = Doom(life.stage, life.countdown)
    settings = Settings(
        home=Path(life.home),
        adapters=(),
        plugins=(),
        limits=LimitSettings(per_user=MANY, per_conversation=MANY, in_all=MANY),
        model=ModelSettings(version=life.home),
    )
    with patch("bot.app.Store", mortal_store(doom.reach)):
        app = App(settings, [SocketAdapter(settings, life)], [Echo()], lambda _folder: EchoGenerator(doom.reach))
        await app.run()


def _to_event(update: dict[str, Any]) -> MessageReceived:
    conversation = update["conversation"]
    return MessageReceived(
        at=datetime.now(UTC),
        update_id=str(update["update"]),
        conversation=ConversationRef(PLATFORM, conversation),
        author=Author(UserRef(PLATFORM, conversation), conversation),
        message_id=str(update["number"]),
        text=update["text"],
        is_direct=True,
    )
