"""The platform in the parent: people write numbered messages, and what reaches them is kept for the verdict."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tests.simulators.kill.victim import FOR_THE_NETWORK

AHEAD = 3
"""How many messages a person writes without waiting for replies."""


@dataclass(slots=True)
class Conversation:
    """One person's messages, by number, and the numbers of the messages whose replies reached them."""

    written: int = 0
    arrived: list[int] = field(default_factory=list[int])
    heard_up_to: int = 0


class Platform:
    """Listens on a Unix socket. What is not confirmed is sent again to the next process that connects.

    Where it `deduplicates`, a repeated nonce is acknowledged and dropped, as at Discord; otherwise people see it again.
    A `busy` one asks to wait whenever it is first sent a reply.
    """

    def __init__(self, socket: Path, conversations: int, *, deduplicates: bool, busy: bool) -> None:
        self._socket = socket
        self._deduplicates = deduplicates
        self._busy = busy
        self._refused: set[str] = set()
        self.conversations = {f"c{number}": Conversation() for number in range(conversations)}
        self._updates = 0
        self._unconfirmed: dict[int, bytes] = {}
        self._nonces: set[str] = set()
        self._line: asyncio.StreamWriter | None = None
        self._closed = False
        self.all_confirmed = asyncio.Event()

    async def __aenter__(self) -> Platform:
        self._server = await asyncio.start_unix_server(self._serve, self._socket)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        await self._server.wait_closed()

    def close_mouths(self) -> None:
        """People write nothing further."""
        self._closed = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._line = writer
        for update in self._unconfirmed.values():
            _tell(writer, update)
        for name in self.conversations:
            self._write(name)  # even where no reply to the latest will ever come
        self._look()
        try:
            while line := await reader.readline():
                self._hear(json.loads(line), writer)
        except ConnectionError:
            pass
        finally:
            if self._line is writer:
                self._line = None
            writer.close()

    def _hear(self, message: dict[str, str], writer: asyncio.StreamWriter) -> None:
        if "confirm" in message:
            self._unconfirmed.pop(int(message["confirm"]), None)
            self._look()
            return
        nonce, name = message["send"], message["conversation"]
        if self._busy and nonce not in self._refused:
            self._refused.add(nonce)
            _tell(writer, json.dumps({"refused": nonce}).encode() + b"\n")
            return
        if not (self._deduplicates and nonce in self._nonces):
            self._nonces.add(nonce)
            self._show(self.conversations[name], int(message["text"].rpartition(" ")[2]))
        _tell(writer, json.dumps({"sent": nonce}).encode() + b"\n")
        while self.conversations[name].written < self.conversations[name].heard_up_to + AHEAD and not self._closed:
            self._write(name)

    def _show(self, conversation: Conversation, number: int) -> None:
        conversation.arrived.append(number)
        conversation.heard_up_to = max(conversation.heard_up_to, number)

    def _write(self, name: str) -> None:
        if self._closed:
            return
        conversation = self.conversations[name]
        conversation.written += 1
        self._updates += 1
        verb = FOR_THE_NETWORK if conversation.written % 2 else "say"
        number = conversation.written
        update = {"update": self._updates, "conversation": name, "number": number, "text": f"{verb} {number}"}
        self._unconfirmed[self._updates] = line = json.dumps(update).encode() + b"\n"
        if self._line is not None:
            _tell(self._line, line)

    def _look(self) -> None:
        if self._closed and not self._unconfirmed:
            self.all_confirmed.set()


def _tell(writer: asyncio.StreamWriter, line: bytes) -> None:
    if not writer.is_closing():  # closing: the process at the other end has just been killed
        writer.write(line)
