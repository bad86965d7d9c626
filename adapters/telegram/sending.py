"""Delivers replies: as many messages as it takes, privately where that was asked, at the pace Telegram wants."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from telegram import LinkPreviewOptions, ReplyParameters
from telegram.error import ChatMigrated, RetryAfter, TelegramError

from adapters.telegram.client import Client, seconds_to_wait, to_delivery_error
from adapters.telegram.outgoing import Outgoing, to_messages, to_note
from adapters.telegram.pacing import Pacer
from adapters.telegram.places import Askers, Place, Press
from adapters.telegram.presses import Presses
from bot.adapter import SendMarks
from bot.errors import DeliveryRefusedError, DeliveryUncertainError, SettingsError
from bot.events import Delivery, Reply

LONGEST_WAIT = 60.0
"""Seconds to wait here when Telegram asks for it. Longer waits are the host's."""
ONLY_PRIVATELY = "I can answer that only in private: open a chat with me, press Start, and ask there."

OnMigrated = Callable[[int, int], Awaitable[None]]

_log = structlog.get_logger(__name__)


class Postman:
    """Sends replies. What was sent of a reply is remembered until the rest is: another try goes on from there."""

    def __init__(
        self,
        client: Client,
        presses: Presses,
        askers: Askers,
        on_migrated: OnMigrated,
        marks: Callable[[], SendMarks],
        pacer: Pacer,
    ) -> None:
        self._client = client
        self._marks = marks
        self._presses = presses
        self._askers = askers
        self._on_migrated = on_migrated
        self._pacer = pacer
        self._begun: dict[str, list[str]] = {}
        self._moved: dict[int, int] = {}

    async def send(self, delivery: Delivery) -> str | None:
        """Deliver a reply and return the id of its first message. Raises DeliveryError or SettingsError."""
        place = _read_place(delivery)
        alone = delivery.reply.ephemeral and not place.is_direct
        if press := Press.read(delivery.reply_token):
            note = to_note(delivery.reply) if alone else None
            if await self._answer_press(delivery.nonce, press, note):
                return None
        if alone:
            return await self._send_privately(delivery, place)
        return await self._send_all(delivery, place, delivery.reply)

    async def _answer_press(self, nonce: str, press: Press, note: str | None) -> bool:
        """End a press, with a note where there is one, and return whether that was the reply."""
        if note is None:
            await self._presses.answer(press.id)
            return False
        await self._marks().set(nonce)
        if await self._presses.answer(press.id, note):
            return True
        await self._marks().withdraw(nonce)
        return False

    async def _send_privately(self, delivery: Delivery, place: Place) -> str:
        """Write to the person alone. Where they never opened a chat, the group only reads that they have to."""
        person = self._askers.find(delivery)
        if person is not None:
            try:
                return await self._send_all(delivery, Place(person), delivery.reply)
            except DeliveryRefusedError:
                _log.info("a private answer could not be given", conversation=str(delivery.conversation))
        return await self._send_all(delivery, place, Reply(ONLY_PRIVATELY))

    async def _send_all(self, delivery: Delivery, place: Place, reply: Reply) -> str:
        messages = to_messages(reply)
        if not messages:
            raise DeliveryRefusedError("there is nothing to see in the reply")
        sent = self._begun.setdefault(delivery.nonce, [])
        answered = int(delivery.reply_to) if delivery.reply_to and place.chat == _read_place(delivery).chat else None
        try:
            for number in range(len(sent), len(messages)):
                first = answered if number == 0 else None
                sent.append(await self._send_one(delivery.nonce, place, messages[number], first))
        except (DeliveryRefusedError, DeliveryUncertainError, SettingsError):
            del self._begun[delivery.nonce]  # no further try is made
            raise
        return self._begun.pop(delivery.nonce)[0]

    async def _send_one(self, nonce: str, place: Place, message: Outgoing, answered: int | None) -> str:
        while True:
            chat = self._moved.get(place.chat, place.chat)
            has_answered = await self._pacer.wait_for_turn(chat)
            try:
                async with self._marked(nonce):
                    return await self._call(Place(chat, place.topic), message, answered)
            except ChatMigrated as error:
                self._moved[chat] = error.new_chat_id
                answered = None  # the new chat counts its messages anew
                await self._on_migrated(chat, error.new_chat_id)
            except RetryAfter as error:
                wait = seconds_to_wait(error)
                self._pacer.hold(chat, wait)
                if wait > LONGEST_WAIT:
                    raise to_delivery_error(error) from error
            except TelegramError as error:
                raise to_delivery_error(error) from error
            finally:
                has_answered()

    @asynccontextmanager
    async def _marked(self, nonce: str) -> AsyncGenerator[None]:
        """While a first message may be with Telegram its reply counts as sent; once it is there, it stays so."""
        if self._begun[nonce]:
            yield
            return
        await self._marks().set(nonce)
        try:
            yield
        except TelegramError as error:
            if not isinstance(to_delivery_error(error), DeliveryUncertainError):
                await self._marks().withdraw(nonce)
            raise

    async def _call(self, place: Place, message: Outgoing, answered: int | None) -> str:
        reply_to = ReplyParameters(answered, allow_sending_without_reply=True) if answered is not None else None
        sent = await self._client.send_message(
            place.chat,
            message.text,
            message_thread_id=place.topic,
            reply_parameters=reply_to,
            reply_markup=message.keyboard,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        return str(sent.message_id)


def _read_place(delivery: Delivery) -> Place:
    try:
        return Place.of(delivery.conversation)
    except ValueError:
        raise DeliveryRefusedError(f"{delivery.conversation} is no conversation on Telegram") from None
