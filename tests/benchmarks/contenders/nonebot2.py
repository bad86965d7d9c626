"""nonebot2 as its documentation has it: an adapter that starts `handle_event` for each event, and matchers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import nonebot
from nonebot.adapters import Adapter, Bot, Event, Message, MessageSegment
from nonebot.message import handle_event
from typing_extensions import override

from tests.benchmarks.contenders.contender import Contender, OnReply, Update


class _Segment(MessageSegment["_Message"]):
    @classmethod
    @override
    def get_message_class(cls) -> type[_Message]:
        return _Message

    @override
    def __str__(self) -> str:
        return str(self.data["text"])

    @override
    def is_text(self) -> bool:
        return True


class _Message(Message[_Segment]):
    @classmethod
    @override
    def get_segment_class(cls) -> type[_Segment]:
        return _Segment

    @staticmethod
    @override
    def _construct(msg: str) -> Iterable[_Segment]:
        yield _Segment("text", {"text": msg})


class _Said(Event):
    number: int
    conversation: str
    message: _Message

    @override
    def get_type(self) -> str:
        return "message"

    @override
    def get_event_name(self) -> str:
        return "message"

    @override
    def get_event_description(self) -> str:
        return f"message {self.number}"

    @override
    def get_user_id(self) -> str:
        return self.conversation

    @override
    def get_session_id(self) -> str:
        return self.conversation

    @override
    def get_message(self) -> _Message:
        return self.message

    @override
    def is_tome(self) -> bool:
        return True


class _Adapter(Adapter):
    on_reply: OnReply

    @classmethod
    @override
    def get_name(cls) -> str:
        return "bench"

    @override
    async def _call_api(self, bot: Bot, api: str, **data: Any) -> Any:
        self.on_reply(str(data["message"]))


class _Bot(Bot):
    @override
    async def send(self, event: Event, message: str | Message[Any] | MessageSegment[Any], **kwargs: Any) -> Any:
        return await self.call_api("send_message", message=message)


class Nonebot(Contender):
    """No storage, no order within a conversation, no bound; logs below warnings are off."""

    async def open(self) -> None:
        nonebot.init(driver="~none", log_level="WARNING")
        driver = nonebot.get_driver()
        driver.register_adapter(_Adapter)  # pyright: ignore[reportUnknownMemberType]
        adapter = nonebot.get_adapter(_Adapter)
        adapter.on_reply = self.on_reply
        self._bot = _Bot(adapter, "bench")
        adapter.bot_connect(self._bot)
        for number in range(self.plugins - 1):
            nonebot.on_command(f"command{number}")
        echo = nonebot.on_message(priority=2)

        @echo.handle()
        async def say(bot: Bot, event: Event) -> None:
            await bot.send(event, event.get_plaintext())  # pyright: ignore[reportUnknownMemberType]

        self._tasks: set[asyncio.Task[None]] = set()

    async def receive(self, update: Update) -> None:
        event = _Said(number=update.number, conversation=update.conversation, message=_Message(update.text))
        task = asyncio.create_task(handle_event(self._bot, event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def aclose(self) -> None:
        await asyncio.gather(*self._tasks)
