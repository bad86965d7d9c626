"""A platform in memory."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import UTC, datetime
from typing import Any

from bot.adapter import Adapter, Capabilities, Publish
from bot.errors import DeliveryUncertainError
from bot.events import (
    ActionInvoked,
    Author,
    CommandInvoked,
    ConversationRef,
    Delivery,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PlatformEvent,
    UserRef,
)
from bot.settings import Settings


class FakeAdapter(Adapter):
    """A platform where a test says things and reads what arrives.

        adapter = FakeAdapter()
        async with App(settings, adapters=[adapter]):
            assert await adapter.ask("hello") == "I see."

    `arrived` is what people can read, in order; `attempts` is every call of `send`; `progress` holds what was shown of
    replies in the making, and None where that ended.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        name: str = "fake",
        deduplicates_sends: bool = True,
        outlives_process: bool = True,
        buttons: bool = False,
        marks_sends: bool = False,
    ) -> None:
        super().__init__(settings or Settings())
        self.name = name
        self.capabilities = Capabilities(deduplicates_sends, outlives_process, buttons, marks_sends)
        self.arrived: list[Delivery] = []
        self.attempts: list[Delivery] = []
        self.progress: list[tuple[ConversationRef, str | None]] = []
        self._failures: deque[Exception] = deque()
        self._publish: asyncio.Future[Publish] | None = None
        self._closed = asyncio.Event()
        self._news = asyncio.Condition()
        self._count = 0

    async def start(self, publish: Publish) -> None:
        """Receive what `say` says until closed."""
        self._receiver().set_result(publish)
        try:
            await self._closed.wait()
        finally:
            self._publish = None

    async def send(self, delivery: Delivery) -> str | None:
        """Let a reply arrive, unless `fail_next` has other plans."""
        self.attempts.append(delivery)
        failure = self._failures.popleft() if self._failures else None
        if failure is None or isinstance(failure, DeliveryUncertainError):  # uncertain: it does arrive, unheard
            await self._arrive(delivery)
        if failure is not None:
            raise failure
        return f"m{delivery.nonce}"

    def show_progress(self, conversation: ConversationRef, text: str) -> None:
        """Note it in `progress`."""
        self.progress.append((conversation, text))

    def end_progress(self, conversation: ConversationRef) -> None:
        """Note it in `progress`."""
        self.progress.append((conversation, None))

    async def aclose(self) -> None:
        """End `start`."""
        self._closed.set()

    def fail_next(self, *failures: Exception) -> None:
        """Have the next sends raise these, one each. After a DeliveryUncertainError the reply arrived all the same."""
        self._failures.extend(failures)

    async def say(self, text: str, **about: Any) -> MessageReceived | CommandInvoked:
        """Say something as a person, return when the host has stored it. `about`: see `make_event`."""
        event = self.make_event(text, **about)
        await self.receive(event)
        return event

    async def receive(self, event: PlatformEvent) -> None:
        """Hand an event to the host, as often as you like."""
        publish = await asyncio.shield(self._receiver())
        await publish(event)

    async def edit(self, message: MessageReceived, text: str) -> None:
        """Change what was said."""
        at = datetime.now(UTC)
        await self.receive(
            MessageEdited(**self._same_place(message), at=at, edited_at=at, message_id=message.message_id, text=text)
        )

    async def delete(self, message: MessageReceived) -> None:
        """Take back what was said."""
        at = datetime.now(UTC)
        await self.receive(MessageDeleted(**self._same_place(message), at=at, message_id=message.message_id))

    async def press(self, delivery: Delivery, label: str, *, user: str = "u1", space: str | None = None) -> None:
        """Press a button of a reply that arrived."""
        [button] = [button for button in delivery.reply.buttons if button.label == label]
        update_id = self._next_id()
        await self.receive(
            ActionInvoked(
                at=datetime.now(UTC),
                update_id=update_id,
                conversation=delivery.conversation,
                author=Author(UserRef(self.name, user), user),
                space=space,
                reply_token=f"press {update_id}",
                payload=button.payload,
                message_id=f"m{delivery.nonce}",
            )
        )

    async def ask(self, text: str, **about: Any) -> str:
        """Say something and return the next reply in that conversation."""
        event = self.make_event(text, **about)
        before = len(self._texts(event.conversation))
        await self.receive(event)
        return (await self.wait_for(before + 1, event.conversation))[before]

    async def wait_for(self, count: int, conversation: ConversationRef | None = None) -> list[str]:
        """Wait until `count` replies arrived (in a conversation, if given) and return all their texts."""
        async with self._news:
            await self._news.wait_for(lambda: len(self._texts(conversation)) >= count)
        return self._texts(conversation)

    def make_event(
        self,
        text: str,
        *,
        conversation: str = "c1",
        user: str = "u1",
        update_id: str | None = None,
        space: str | None = None,
        **more: Any,
    ) -> MessageReceived | CommandInvoked:
        """What somebody says, in a direct chat unless there is a `space`; `/name arguments` is a command.

        `more` are further fields of the event.
        """
        update_id = update_id or self._next_id()
        fields: dict[str, Any] = {
            "at": datetime.now(UTC),
            "update_id": update_id,
            "conversation": ConversationRef(self.name, conversation),
            "author": Author(UserRef(self.name, user), user),
            "space": space,
            "is_direct": space is None,
            **more,
        }
        if text.startswith("/"):
            name, _, arguments = text[1:].partition(" ")
            return CommandInvoked(name=name, arguments=arguments, **fields)
        return MessageReceived(message_id=f"u{update_id}", text=text, **fields)

    def _receiver(self) -> asyncio.Future[Publish]:
        """Resolves once the host has started the adapter."""
        if self._publish is None:
            self._publish = asyncio.get_running_loop().create_future()
        return self._publish

    def _next_id(self) -> str:
        self._count += 1
        return str(self._count)

    def _same_place(self, message: MessageReceived) -> dict[str, Any]:
        return {
            "update_id": self._next_id(),
            "conversation": message.conversation,
            "author": message.author,
            "space": message.space,
        }

    def _texts(self, conversation: ConversationRef | None) -> list[str]:
        return [sent.reply.text for sent in self.arrived if conversation in (None, sent.conversation)]

    async def _arrive(self, delivery: Delivery) -> None:
        known = {sent.nonce for sent in self.arrived}
        if not (self.capabilities.deduplicates_sends and delivery.nonce in known):
            async with self._news:
                self.arrived.append(delivery)
                self._news.notify_all()
