"""The websocket side of the simulated Discord: sessions that are begun, resumed, broken off and replayed."""

from __future__ import annotations

import asyncio
import json
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.simulators.discord_payloads import Json
from tests.simulators.discord_state import World

DISPATCH, RECONNECT, INVALID, HELLO, ACK = 0, 7, 9, 10, 11
GUILDS, MEMBERS, PRESENCES, CONTENT = 1 << 0, 1 << 1, 1 << 8, 1 << 15
KNOWN_INTENTS = (1 << 26) - 1
HEARTBEAT_MS = 41_250

INTENTS = {  # what an event takes: (in a server, in a direct chat)
    "MESSAGE_REACTION": (1 << 10, 1 << 13),
    "MESSAGE": (1 << 9, 1 << 12),
    "GUILD": (GUILDS, GUILDS),
    "CHANNEL": (GUILDS, GUILDS),
    "THREAD": (GUILDS, GUILDS),
    "INTERACTION": (0, 0),
}


@dataclass
class Session:
    """What the gateway keeps of a shard: what it sent, so that it can be sent again from where the bot left off."""

    id: str
    shard: int
    shards: int
    intents: int
    sent: list[Json] = field(default_factory=list[Json])
    socket: Socket | None = None
    valid: bool = True


class Socket:
    """One connection, compressed as `compress=zlib-stream` wants it. What is sent leaves in order."""

    def __init__(self, response: web.WebSocketResponse, request: web.Request) -> None:
        self.response = response
        self._request = request
        self._deflate = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        self._queue: asyncio.Queue[Json | int | str | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._write())

    def send(self, payload: Json) -> None:
        """Send a payload after those before it."""
        self._queue.put_nowait(payload)

    def send_raw(self, text: str) -> None:
        """Send a frame as it is."""
        self._queue.put_nowait(text)

    def close(self, code: int) -> None:
        """Close with a code after what was sent."""
        self._queue.put_nowait(code)

    def drop(self) -> None:
        """Break the connection off without a word."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def stop(self) -> None:
        """Write nothing further."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _write(self) -> None:
        while True:
            item = await self._queue.get()
            with suppress(ConnectionError):
                if isinstance(item, int):
                    await self.response.close(code=item)
                    return
                await self._put(item if isinstance(item, str) else json.dumps(item))

    async def _put(self, text: str) -> None:
        if self._deflate is None:
            await self.response.send_str(text)
        else:
            frame = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.response.send_bytes(frame)


class Gateway:
    """Serves `/gateway`, and does to its connections what a test asks for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._count = 0
        self.sessions: dict[str, Session] = {}
        self.identified, self.resumed, self.heartbeats, self.refused = 0, 0, 0, 0
        self.refuse_next = 0
        """So many connections that are broken off before HELLO."""
        self.close_identify: int | None = None
        """A close code that answers every IDENTIFY."""
        self.resume_url = ""
        """Where READY says that a session is resumed: whoever listens knows the port."""
        world.listeners.append(self._dispatch)

    # What a test does to it

    def live(self) -> list[Session]:
        """Sessions with an open connection."""
        return [session for session in self.sessions.values() if session.socket is not None]

    def drop(self) -> None:
        """Break every connection off. The sessions can be resumed."""
        for session in self.live():
            self._take_socket(session).drop()

    def close(self, code: int) -> None:
        """Close every connection with a code."""
        for session in self.live():
            self._take_socket(session).close(code)

    def reconnect(self) -> None:
        """Ask every client to reconnect and resume (op 7)."""
        for session in self.live():
            self._take_socket(session).send({"op": RECONNECT, "d": None, "s": None, "t": None})

    def invalidate(self, resumable: bool = False) -> None:
        """Tell every client that its session is gone (op 9). What happens from here on they miss."""
        for session in self.live():
            session.valid = resumable
            self._take_socket(session).send({"op": INVALID, "d": resumable, "s": None, "t": None})

    def forget_sessions(self) -> None:
        """End every session without telling: a RESUME will be answered with op 9."""
        for session in self.sessions.values():
            session.valid = False

    def send_raw(self, text: str) -> None:
        """Send a frame as it is to every client."""
        for session in self.live():
            if session.socket is not None:
                session.socket.send_raw(text)

    def malformed(self, event: str, data: Any) -> None:
        """Dispatch an event that does not have the shape it should have."""
        self._send_to(self.live(), event, data)

    # What clients do

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO to its end."""
        response = web.WebSocketResponse()
        await response.prepare(request)
        socket = Socket(response, request)
        if self.refuse_next > 0:
            self.refuse_next -= 1
            self.refused += 1
            self._world.happened()
            socket.drop()
            return response
        socket.send({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}, "s": None, "t": None})
        session: Session | None = None
        try:
            async for message in response:
                if message.type is WSMsgType.TEXT:
                    session = self._receive(socket, session, json.loads(message.data)) or session
        finally:
            if session is not None and session.socket is socket:
                session.socket = None
            self._world.happened()
            await socket.stop()
        return response

    def _receive(self, socket: Socket, session: Session | None, payload: Json) -> Session | None:
        match payload["op"]:
            case 1:
                self.heartbeats += 1
                self._world.happened()
                socket.send({"op": ACK, "d": None, "s": None, "t": None})
            case 2 if session is None:
                return self._identify(socket, payload["d"])
            case 6 if session is None:
                return self._resume(socket, payload["d"])
            case 2 | 6:
                socket.close(4005)
            case 3 | 4 | 8 if session is not None:
                pass
            case 3 | 4 | 8:
                socket.close(4003)
            case _:
                socket.close(4001)
        return None

    def _identify(self, socket: Socket, data: Json) -> Session | None:
        code = self._refusal(data)
        if code is not None:
            socket.close(code)
            return None
        self._count += 1
        self.identified += 1
        shard, shards = data.get("shard", (0, 1))
        session = Session(f"session-{self._count}", shard, shards, data["intents"], socket=socket)
        self.sessions[session.id] = session
        mine = [guild for guild in self._world.guilds if (guild >> 22) % shards == shard]
        self._send_to([session], "READY", self._ready(session, mine))
        for guild in mine if session.intents & GUILDS else ():
            self._send_to([session], "GUILD_CREATE", {**self._world.guild_payload(guild), "unavailable": False})
        self._world.happened()
        return session

    def _refusal(self, data: Json) -> int | None:
        """The close code for an IDENTIFY that is not taken."""
        if self.close_identify is not None:
            return self.close_identify
        if data.get("token") != self._world.token:
            return 4004
        shard, shards = data.get("shard", (0, 1))
        if not 0 <= shard < shards:
            return 4010
        if shards < self._world.shards:
            return 4011
        if data.get("intents", -1) & ~KNOWN_INTENTS:
            return 4013
        privileged = MEMBERS | PRESENCES | (0 if self._world.content_intent else CONTENT)
        return 4014 if data["intents"] & privileged else None

    def _ready(self, session: Session, guilds: list[int]) -> Json:
        return {
            "v": 10,
            "user": self._world.people[self._world.app_id],
            "guilds": [{"id": str(guild), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.resume_url,
            "shard": [session.shard, session.shards],
            "application": {"id": str(self._world.app_id), "flags": 1 << 19 if self._world.content_intent else 0},
            "private_channels": [],
            "session_type": "normal",
        }

    def _resume(self, socket: Socket, data: Json) -> Session | None:
        session = self.sessions.get(data["session_id"])
        if data.get("token") != self._world.token:
            socket.close(4004)
            return None
        if session is None or not session.valid:
            socket.send({"op": INVALID, "d": False, "s": None, "t": None})
            return None
        if data["seq"] is None or data["seq"] > len(session.sent):
            socket.close(4007)
            return None
        session.socket = socket
        for payload in session.sent[data["seq"] :]:
            socket.send(payload)
        self.resumed += 1
        self._send_to([session], "RESUMED", {"_trace": []})
        self._world.happened()
        return session

    # Events

    def _dispatch(self, event: str, data: Json, guild_id: int | None) -> None:
        kind = next(kind for kind in INTENTS if event.startswith(kind))
        wanted = INTENTS[kind][0 if guild_id is not None else 1]
        for session in self.sessions.values():
            mine = ((guild_id or 0) >> 22) % session.shards == session.shard
            if session.valid and mine and session.intents & wanted == wanted:
                self._send_to([session], event, self._visible(session, event, data))

    def _visible(self, session: Session, event: str, data: Json) -> Json:
        """Without the content intent, texts in servers are empty but for mentions of the bot and its own."""
        me = str(self._world.app_id)
        if not event.startswith(("MESSAGE_CREATE", "MESSAGE_UPDATE")) or session.intents & CONTENT:
            return data
        if "guild_id" not in data or data["author"]["id"] == me or any(one["id"] == me for one in data["mentions"]):
            return data
        return {**data, "content": "", "attachments": [], "embeds": [], "components": []}

    def _send_to(self, sessions: list[Session], event: str, data: Any) -> None:
        for session in sessions:
            payload = {"op": DISPATCH, "t": event, "s": len(session.sent) + 1, "d": data}
            session.sent.append(json.loads(json.dumps(payload)))
            if session.socket is not None:
                session.socket.send(session.sent[-1])

    def _take_socket(self, session: Session) -> Socket:
        """The session's connection, which it has no longer: what happens from here on waits for RESUME."""
        socket = session.socket
        assert socket is not None
        session.socket = None
        return socket
