"""The adapter by itself on a simulated Telegram: what takes no whole Familiar to see."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from pydantic import SecretStr
from telegram.error import RetryAfter

from adapters.telegram import progress
from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.client import seconds_to_wait
from adapters.telegram.pacing import Pacer
from bot.adapter import SendMarks
from bot.commands import Command, Permission
from bot.errors import (
    DeliveryError,
    DeliveryRefusedError,
    DeliveryUncertainError,
    SettingsError,
    StoreError,
    StoreUnavailableError,
)
from bot.events import ConnectionChanged, ConversationRef, Delivery, MessageReceived, PlatformEvent, Reply
from bot.settings import BotSettings, Settings, SpaceSettings, TelegramSettings
from tests.simulators.telegram import Telegram
from tests.simulators.telegram_methods import set_webhook
from tests.simulators.telegram_state import ANA, BEN, TOKEN

HERE = ConversationRef("telegram", str(ANA))
COMMANDS = (Command("help", "Show what I can do"), Command("model load", "Load", permission=Permission.ADMIN))


class Marks(SendMarks):
    """What a kill at any moment would leave behind: whether each reply may have arrived."""

    def __init__(self) -> None:
        self.states: list[str] = []

    async def set(self, nonce: str) -> None:
        self.states.append(f"{nonce} may be there")

    async def withdraw(self, nonce: str) -> None:
        self.states.append(f"{nonce} is not there")


class Desk:
    """An adapter, and what it told its host."""

    def __init__(self, simulator: Telegram, *, telegram: dict[str, Any] | None = None, **about: Any) -> None:
        self.world = simulator.world
        own: dict[str, Any] = {"token": SecretStr(TOKEN), "base_url": f"{simulator.url}/bot", **(telegram or {})}
        self.adapter = TelegramAdapter(Settings(telegram=TelegramSettings(**own), **about))
        self.reports: list[ConnectionChanged] = []
        self.adapter.report = self.reports.append
        self.marks = Marks()
        self.adapter.marks = self.marks
        self.events: list[PlatformEvent] = []
        self.failures: list[Exception] = []
        self._task: asyncio.Task[None] | None = None

    async def publish(self, event: PlatformEvent) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.events.append(event)
        self.world.happened()

    async def start(self) -> None:
        polls = self.world.polls
        self._task = asyncio.create_task(self.adapter.start(self.publish))
        await self.world.until(lambda: self.world.polls > polls)

    async def hears(self, *texts: str) -> None:
        """Wait until as many messages came, and compare."""
        await self.world.until(lambda: len(self.events) >= len(texts))
        assert [event.text for event in self.events if isinstance(event, MessageReceived)] == list(texts)

    async def ended(self) -> None:
        assert self._task
        await asyncio.wait({self._task}, timeout=10)
        assert self._task.done()
        await self._task

    async def aclose(self) -> None:
        await self.adapter.aclose()
        if self._task:
            await asyncio.wait({self._task})


@pytest.fixture
async def telegram() -> AsyncGenerator[Telegram]:
    async with Telegram() as telegram:
        telegram.world.direct(ANA)
        yield telegram


@pytest.fixture
async def desk(telegram: Telegram) -> AsyncGenerator[Desk]:
    desk = Desk(telegram)
    yield desk
    await desk.aclose()


def deliver(text: str, where: ConversationRef = HERE, nonce: str = "1", **about: Any) -> Delivery:
    return Delivery(nonce, where, Reply(text), **about)


# Receiving


async def test_an_update_the_host_could_not_store_comes_again_and_those_after_it_too(desk: Desk) -> None:
    desk.failures += [StoreUnavailableError("locked")]
    for text in ("1", "2"):
        desk.world.say(ANA, text)
    await desk.start()
    await desk.hears("1", "2")


async def test_an_update_that_never_can_be_stored_holds_up_nothing(desk: Desk) -> None:
    desk.failures += [StoreError("a MessageReceived holds a NUL")]
    for text in ("1", "2"):
        desk.world.say(ANA, text)
    await desk.start()
    await desk.hears("2")
    await desk.world.until(lambda: not desk.world.updates)


async def test_how_the_connection_stands_is_told_when_it_changes(desk: Desk) -> None:
    await desk.start()
    for _ in range(2):
        desk.world.faults.add(match="getUpdates", status=500)
    for text in ("1", "2"):
        desk.world.say(ANA, text)
        await desk.world.until(lambda text=text: text in [getattr(event, "text", "") for event in desk.events])
    await desk.world.until(lambda: [report.state for report in desk.reports][-1:] == ["resumed"])
    assert [report.state for report in desk.reports] == ["ready", "lost", "resumed"]


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("4711:AAwrong-token-that-nobody-has-00000", "Telegram does not know the token"),
        ("nonsense", "telegram.token is not one of @BotFather's"),
        (None, "telegram.token is not set"),
    ],
)
async def test_a_token_that_is_wrong_is_named(telegram: Telegram, token: str | None, said: str) -> None:
    async def start() -> None:
        desk = Desk(telegram, telegram={"token": token and SecretStr(token)})
        try:
            await desk.adapter.start(desk.publish)
        finally:
            await desk.aclose()

    with pytest.raises(SettingsError, match=said) as caught:
        await start()
    assert "BotFather" in str(caught.value)
    assert (token or "-") not in str(caught.value)


async def test_a_webhook_of_somebody_else_is_left_alone_and_named(desk: Desk) -> None:
    set_webhook(desk.world, {"url": "https://bot.example.org/hook"})
    with pytest.raises(SettingsError, match=r"go to a webhook at bot\.example\.org"):
        await desk.adapter.start(desk.publish)
    assert desk.world.webhook


async def test_a_webhook_needs_an_address(telegram: Telegram) -> None:
    with pytest.raises(SettingsError, match=r"telegram\.webhook_url is not set"):
        Desk(telegram, telegram={"mode": "webhook"})


async def test_an_address_that_telegram_does_not_take_is_named(telegram: Telegram) -> None:
    desk = Desk(telegram, telegram={"mode": "webhook", "webhook_url": "http://example.org/"})
    with pytest.raises(SettingsError, match="an https url must be provided"):
        await desk.adapter.start(desk.publish)
    await desk.aclose()


# Sending


@pytest.mark.parametrize(
    ("conversation", "kind"),
    [
        ("777", DeliveryRefusedError),
        (str(BEN), DeliveryRefusedError),
        ("nowhere", DeliveryRefusedError),
        (f"{ANA}/99", DeliveryRefusedError),
    ],
    ids=["no such chat", "never wrote", "not Telegram's", "no such topic"],
)
async def test_where_it_may_not_write_is_final(desk: Desk, conversation: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await desk.adapter.send(deliver("hello", ConversationRef("telegram", conversation)))


async def test_a_reply_without_anything_to_see_is_refused_here(desk: Desk) -> None:
    with pytest.raises(DeliveryRefusedError):
        await desk.adapter.send(deliver(" \u200b\n"))
    assert desk.world.requests("sendMessage") == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": 500}, DeliveryError),
        ({"status": 502, "body": "<html>"}, DeliveryError),
        ({"status": 429, "retry_after": 61}, DeliveryError),
        ({"drop": True}, DeliveryUncertainError),
        ({"drop": True, "served": True}, DeliveryUncertainError),
        ({"status": 200, "body": "<html>"}, DeliveryUncertainError),
    ],
    ids=str,
)
async def test_what_a_failed_send_means(desk: Desk, fault: dict[str, Any], kind: type[Exception]) -> None:
    desk.world.faults.add(match="sendMessage", **fault)
    with pytest.raises(DeliveryError) as caught:
        await desk.adapter.send(deliver("hello"))
    assert type(caught.value) is kind
    assert caught.value.retry_after == fault.get("retry_after")


async def test_a_send_that_never_left_is_tried_again(telegram: Telegram) -> None:
    desk = Desk(telegram, telegram={"base_url": "http://127.0.0.1:9/bot"})
    with pytest.raises(DeliveryError) as caught:
        await desk.adapter.send(deliver("hello"))
    assert type(caught.value) is DeliveryError
    await desk.aclose()


async def test_a_reply_counts_as_sent_only_while_it_may_be_with_telegram(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither while it waits for its turn nor while Telegram asks to wait."""
    seen: list[list[str]] = []

    async def sleep(seconds: float) -> None:
        seen.append(list(desk.marks.states))
        clock.append(clock[-1] + seconds)

    clock = [1000.0]
    desk.world.flood_limits = False
    desk.adapter = TelegramAdapter(desk.adapter.settings, Pacer(lambda: clock[-1], sleep))
    desk.adapter.marks = desk.marks
    desk.world.faults.add(match="sendMessage", status=429, retry_after=50)
    await desk.adapter.send(deliver("hello"))
    assert seen == [["1 may be there", "1 is not there"]]  # Telegram asked to wait
    assert desk.marks.states == ["1 may be there", "1 is not there", "1 may be there"]
    seen.clear()
    desk.marks.states.clear()
    await desk.adapter.send(deliver("word " * 1000, nonce="2"))
    assert seen == [[], ["2 may be there"]]  # its turn, and the turn of its second part
    assert desk.marks.states == ["2 may be there"]


@pytest.mark.parametrize("fault", [{"drop": True}, {"drop": True, "served": True}], ids=str)
async def test_where_nobody_can_tell_a_reply_keeps_its_mark(desk: Desk, fault: dict[str, Any]) -> None:
    desk.world.faults.add(match="sendMessage", **fault)
    with pytest.raises(DeliveryUncertainError):
        await desk.adapter.send(deliver("hello"))
    assert desk.marks.states == ["1 may be there"]


async def test_fault_05_a_token_revoked_meanwhile_ends_it_with_the_next_send(desk: Desk) -> None:
    await desk.start()
    desk.world.token = "4711:AAanother"  # the poll that waits is not told
    with pytest.raises(SettingsError, match="does not know the token") as caught:
        await desk.adapter.send(deliver("hello"))
    assert desk.marks.states == ["1 may be there", "1 is not there"]
    with pytest.raises(SettingsError) as ended:
        await desk.ended()
    assert ended.value is caught.value


async def test_typing_is_shown_again_and_again_until_the_reply(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(progress, "REFRESH_SECONDS", 0.01)
    desk.adapter.show_progress(HERE, "")
    desk.adapter.show_progress(HERE, "Hel")
    await desk.world.until(lambda: len(desk.world.typing) >= 3)
    await desk.adapter.send(deliver("Hello"))
    shown = len(desk.world.typing)
    await desk.adapter.send(deliver("that took a second", nonce="2"))
    assert len(desk.world.typing) <= shown + 1  # one may have been on its way


async def test_typing_is_not_shown_for_what_comes_at_once_and_ends_where_no_reply_comes(desk: Desk) -> None:
    desk.adapter.show_progress(HERE, "")
    await desk.adapter.send(deliver("Hello"))
    desk.adapter.show_progress(HERE, "")
    desk.adapter.end_progress(HERE)
    await desk.adapter.send(deliver("that took a second", nonce="2"))
    assert desk.world.typing == []


@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 429, "retry_after": 9}, {"drop": True}], ids=str)
async def test_typing_ends_where_telegram_does_not_take_it(
    desk: Desk, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(progress, "REFRESH_SECONDS", 0.0)
    desk.world.faults.add(match="sendChatAction", **fault)
    desk.adapter.show_progress(HERE, "")
    await desk.adapter.send(deliver("Hello"))
    await desk.adapter.send(deliver("that took a second", nonce="2"))
    assert desk.world.typing == []


async def test_fault_04_what_is_refused_at_the_start_is_called_again_when_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def note(error: RetryAfter) -> float:
        waits.append(seconds_to_wait(error))
        return 0.0

    monkeypatch.setattr("adapters.telegram.client.seconds_to_wait", note)
    for number, method in enumerate(("setMyCommands", "getMe", "getWebhookInfo"), 7):
        desk.world.faults.add(match=method, status=429, retry_after=number)
    await desk.adapter.sync_commands(COMMANDS)
    await desk.start()
    assert waits == [7.0, 8.0, 9.0]
    assert len(desk.world.requests("setMyCommands")) == 2


async def test_presses_that_wait_are_answered_when_it_ends(desk: Desk) -> None:
    keyboard = {"inline_keyboard": [[{"text": "One", "callback_data": "one"}]]}
    offer = desk.world.make_message(ANA, "Choose", desk.world.me["id"], reply_markup=keyboard)
    await desk.start()
    press = desk.world.press(ANA, offer["message_id"], "one")
    await desk.world.until(lambda: desk.events)
    assert desk.world.callbacks[press] == "open"
    await desk.adapter.aclose()
    assert desk.world.callbacks[press] == "answered"


# Menu and check


async def test_the_menu_is_set_when_it_changes_and_only_then(desk: Desk) -> None:
    for commands in (COMMANDS, COMMANDS, COMMANDS[:1], (*COMMANDS, Command("about", "Tell what I am"))):
        await desk.adapter.sync_commands(commands)
    assert len(desk.world.requests("setMyCommands")) == 2
    assert [entry["command"] for entry in desk.world.commands["default"]] == ["about", "help"]


async def _check(simulator: Telegram, **about: Any) -> list[str]:
    desk = Desk(simulator, **about)
    findings = await desk.adapter.check()
    await desk.aclose()
    return [("" if finding.ok else "WRONG ") + finding.text for finding in findings]


async def test_a_check_says_what_it_may_do_and_how_to_change_it(telegram: Telegram) -> None:
    token, groups, reading, updates = await _check(telegram)
    assert token == "the token is that of @familiar_bot"
    assert groups == "it can be added to groups"
    assert reading.startswith("in groups it reads only mentions, replies and commands")
    assert "/setprivacy, Disable" in reading
    assert updates == "updates are fetched by polling"
    assert {call.method for call in telegram.world.calls} == {"getMe", "getWebhookInfo"}


@pytest.mark.parametrize(
    "about",
    [{"bot": BotSettings(names=("Rex",))}, {"spaces": {"telegram:-1": SpaceSettings(mode="active")}}],
    ids=["names", "active"],
)
async def test_a_check_finds_privacy_mode_where_the_settings_want_more(telegram: Telegram, about: Any) -> None:
    assert (await _check(telegram, **about))[2].startswith("WRONG in groups it reads only mentions")
    telegram.world.reads_everything = True
    assert (await _check(telegram, **about))[2] == "in groups it reads everything"


async def test_a_check_finds_what_is_wrong(telegram: Telegram) -> None:
    set_webhook(telegram.world, {"url": "https://bot.example.org/hook"})
    assert (await _check(telegram))[3].startswith("WRONG this Telegram bot's updates go to a webhook")
    [unreachable] = await _check(telegram, telegram={"base_url": "http://127.0.0.1:9/bot"})
    assert unreachable.startswith("WRONG 127.0.0.1:9 can't be reached")
    telegram.world.token = None
    [unknown] = await _check(telegram)
    assert unknown.startswith("WRONG Telegram does not know the token")


# Secrets


async def test_nothing_that_is_logged_holds_the_token(telegram: Telegram, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        desk = Desk(telegram)
        await desk.adapter.sync_commands(COMMANDS)
        await desk.start()
        desk.world.faults.add(match="getUpdates", status=500, body="<html>")
        desk.world.faults.add(match="sendMessage", drop=True)
        desk.world.say(ANA, "hello")
        await desk.hears("hello")
        with pytest.raises(DeliveryError) as caught:
            await desk.adapter.send(deliver("hello"))
        telegram.world.token = None
        await desk.aclose()
    assert TOKEN not in caplog.text + str(caught.value)
    assert "hello" not in caplog.text
