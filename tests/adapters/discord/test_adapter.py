"""The adapter in this process, on a simulated Discord."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from adapters.discord import progress
from adapters.discord.adapter import DiscordAdapter
from bot.adapter import Adapter, FleetingState
from bot.commands import Command
from bot.errors import DeliveryError, DeliveryRefusedError, SettingsError
from bot.events import ConnectionChanged, ConversationRef, Delivery, MessageReceived, PlatformEvent, Reply
from bot.settings import DiscordSettings, Settings
from bot.testing import AdapterContract
from tests.simulators.discord import Discord


def make_adapter(discord: Discord, **about: Any) -> DiscordAdapter:
    at = discord.address
    about = {
        "token": discord.world.token,
        "api_base": f"http://{at}/api/v10",
        "gateway_url": f"ws://{at}/gateway",
        **about,
    }
    return DiscordAdapter(Settings(discord=DiscordSettings.model_validate(about)))


@pytest.fixture
async def discord() -> AsyncGenerator[Discord]:
    async with Discord() as simulator:
        yield simulator


class TestDiscordAdapter(AdapterContract):
    @pytest.fixture(autouse=True)
    def _on(self, discord: Discord) -> None:
        self.discord = discord

    async def make_adapter(self) -> Adapter:
        return make_adapter(self.discord)

    async def write(self, adapter: Adapter, text: str) -> None:
        await self.discord.world.until(lambda: self.discord.gateway.live())
        self.discord.world.say(self.discord.world.direct(self.discord.world.ann), text)

    def read(self, adapter: Adapter) -> Sequence[str]:
        return self.discord.world.texts(self.discord.world.direct(self.discord.world.ann))


class Serving:
    """An adapter that runs, what it published and what it reported."""

    def __init__(self, discord: Discord) -> None:
        self._discord = discord
        self.events: asyncio.Queue[PlatformEvent] = asyncio.Queue()
        self.reports: list[str] = []
        self.gate: asyncio.Event | None = None
        self.waiting = 0

    async def publish(self, event: PlatformEvent) -> None:
        if self.gate is not None:
            self.waiting += 1
            self._discord.world.happened()
            await self.gate.wait()
        await self.events.put(event)

    async def next_message(self) -> MessageReceived:
        event = await asyncio.wait_for(self.events.get(), 10)
        assert isinstance(event, MessageReceived)
        return event


@asynccontextmanager
async def serve(discord: Discord, adapter: DiscordAdapter, *commands: Command) -> AsyncGenerator[Serving]:
    serving = Serving(discord)

    def report(change: ConnectionChanged) -> None:
        serving.reports.append(change.state)
        discord.world.happened()

    adapter.report = report
    await adapter.sync_commands(commands)
    running = asyncio.create_task(adapter.start(serving.publish))
    try:
        await discord.world.until(lambda: discord.gateway.live() or running.done())
        yield serving
    finally:
        await adapter.aclose()
        await asyncio.wait_for(running, 10)


REFUSALS = {
    "the token when logging in": (None, "Discord refused the token"),
    "4004": (4004, "Discord refused the token"),
    "4010": (4010, "update Familiar"),
    "4011": (4011, "start Familiar again"),
    "4012": (4012, "update Familiar"),
    "4013": (4013, "update Familiar"),
    "4014": (4014, "switch on Message Content Intent"),
}


@pytest.mark.parametrize(("code", "word"), REFUSALS.values(), ids=REFUSALS)
async def test_fault_05_what_only_the_operator_can_mend_ends_it_with_a_word(
    discord: Discord, code: int | None, word: str
) -> None:
    discord.gateway.close_identify = code
    adapter = make_adapter(discord, **({"token": "wrong.token"} if code is None else {}))
    reports: list[ConnectionChanged] = []
    adapter.report = reports.append
    with pytest.raises(SettingsError, match=word) as caught:
        await asyncio.wait_for(adapter.start(_ignore), 10)
    assert "token." not in str(caught.value)
    assert [(change.state, change.reason) for change in reports][-1:] == [("fatal", str(caught.value))]
    with pytest.raises(DeliveryError):
        await adapter.send(Delivery("1", ConversationRef("discord", "301"), Reply("hello")))
    await adapter.aclose()


async def test_the_intent_that_is_switched_off_is_named(discord: Discord) -> None:
    discord.world.content_intent = False
    adapter = make_adapter(discord)
    with pytest.raises(SettingsError, match="Message Content Intent"):
        await adapter.start(_ignore)
    await adapter.aclose()


def test_without_a_token_it_says_what_to_set() -> None:
    with pytest.raises(SettingsError, match="FAMILIAR_DISCORD__TOKEN"):
        DiscordAdapter(Settings())


async def test_it_tells_how_the_connection_stands(discord: Discord) -> None:
    async with serve(discord, make_adapter(discord)) as serving:
        await discord.world.until(lambda: "ready" in serving.reports)
        discord.gateway.drop()
        await discord.world.until(lambda: "resumed" in serving.reports)
    assert serving.reports[:3] == ["ready", "lost", "resumed"]


async def test_after_a_gap_it_says_so(discord: Discord) -> None:
    state = FleetingState()
    for first in (True, False):
        adapter = make_adapter(discord)
        adapter.state = state
        async with serve(discord, adapter) as serving:
            await discord.world.until(lambda serving=serving: serving.reports)
        assert serving.reports[0] == ("ready" if first else "gap")


async def test_tokens_and_texts_are_not_logged_however_much_is_logged(
    discord: Discord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    adapter = make_adapter(discord)
    async with serve(discord, adapter, Command("ping", "Answer")) as serving:
        discord.world.faults.add(match="POST|PATCH", status=429, retry_after=0.01, times=4)
        discord.call(discord.world.general, "ping")
        event = await asyncio.wait_for(serving.events.get(), 10)
        await adapter.send(Delivery("1", event.conversation, Reply("s3cret"), None, event.reply_token))
    logged = caplog.text + "".join(str(record.args) for record in caplog.records)
    assert discord.world.token not in logged
    assert "sim-interaction" not in logged
    assert "s3cret" not in logged


async def test_typing_is_refreshed_until_the_reply_is_sent_or_none_will_come(
    discord: Discord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "REFRESH_SECONDS", 0.02)
    here, there = (ConversationRef("discord", str(id_)) for id_ in (discord.world.general, discord.world.quiet))
    adapter = make_adapter(discord)
    async with serve(discord, adapter):
        for conversation in (here, there):
            adapter.show_progress(conversation, "")
            adapter.show_progress(conversation, "growing")
        await discord.world.until(lambda: discord.world.typing.count(301) > 2 and discord.world.typing.count(302) > 2)
        adapter.end_progress(there)
        await adapter.send(Delivery("1", here, Reply("done")))
        shown = len(discord.world.typing)
        await adapter.send(Delivery("2", there, Reply("another")))
        assert len(discord.world.typing) <= shown + 1


async def test_typing_where_it_is_forbidden_ends_quietly(discord: Discord) -> None:
    adapter = make_adapter(discord)
    async with serve(discord, adapter):
        adapter.show_progress(ConversationRef("discord", "999"), "")
        adapter.show_progress(ConversationRef("discord", "no number"), "")
        adapter.end_progress(ConversationRef("discord", "no number"))
        await discord.world.until(lambda: discord.world.requests("POST", "/channels/999/typing"))


async def test_commands_are_offered_again_only_when_they_changed(discord: Discord) -> None:
    state, puts = FleetingState(), 0
    for commands, expected in (("a",), 1), (("a",), 1), (("a", "b"), 2), ((), 3):
        adapter = make_adapter(discord)
        adapter.state = state
        async with serve(discord, adapter, *(Command(name, "Do it") for name in commands)):
            puts = len(discord.world.requests("PUT", "/applications/.*"))
        assert puts == expected


async def test_commands_that_are_refused_do_not_keep_it_from_serving(discord: Discord) -> None:
    async with serve(discord, make_adapter(discord), Command("UPPER CASE!", "Refused")) as serving:
        discord.world.mention(discord.world.general, "hello")
        assert (await serving.next_message()).text == "hello"


async def test_a_call_is_acknowledged_once_it_is_stored(discord: Discord) -> None:
    adapter, gate = make_adapter(discord), asyncio.Event()
    async with serve(discord, adapter) as serving:
        serving.gate = gate
        called = discord.world.interactions[discord.call(301, "ping")]
        discord.world.mention(302, "hello")
        await discord.world.until(lambda: serving.waiting == 2)
        assert called.callback is None
        gate.set()
        await discord.world.until(lambda: called.callback == 5)


async def test_a_call_is_acknowledged_in_time_although_it_can_not_be_stored_yet(
    discord: Discord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.client.STORE_SECONDS", 0.05)
    adapter = make_adapter(discord)
    async with serve(discord, adapter) as serving:
        serving.gate = asyncio.Event()
        called = discord.world.interactions[discord.call(301, "ping")]
        await discord.world.until(lambda: called.callback == 5)
        assert serving.events.empty()
        serving.gate.set()
        await asyncio.wait_for(serving.events.get(), 10)


async def test_a_repeated_send_is_one_message(discord: Discord) -> None:
    adapter = make_adapter(discord)
    delivery = Delivery("1234567890123456789", ConversationRef("discord", "301"), Reply("word " * 900))
    async with serve(discord, adapter):
        ids = [await adapter.send(delivery) for _ in range(2)]
    assert ids[0] == ids[1]
    assert len(discord.world.texts(301)) == 3


@pytest.mark.parametrize("text", ["", " \n", "\u200b\u200d"])
async def test_a_reply_without_anything_to_see_is_refused(discord: Discord, text: str) -> None:
    adapter = make_adapter(discord)
    async with serve(discord, adapter):
        with pytest.raises(DeliveryRefusedError):
            await adapter.send(Delivery("1", ConversationRef("discord", "301"), Reply(text)))


async def test_without_a_connection_a_reply_can_be_tried_again(
    discord: Discord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.adapter.LOGIN_SECONDS", 0.01)
    with pytest.raises(DeliveryError, match="no connection"):
        await make_adapter(discord).send(Delivery("1", ConversationRef("discord", "301"), Reply("hello")))


async def test_a_cancelled_start_receives_nothing_further_and_can_still_send(discord: Discord) -> None:
    adapter = make_adapter(discord)
    running = asyncio.create_task(adapter.start(_ignore))
    await discord.world.until(lambda: discord.gateway.live())
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert discord.gateway.live() == []
    await adapter.send(Delivery("1", ConversationRef("discord", "301"), Reply("last words")))
    assert discord.world.texts(301) == ["last words"]
    await adapter.aclose()
    await adapter.start(_ignore)  # closed: returns at once


CHECKS: dict[str, tuple[dict[str, Any], str, bool]] = {
    "all is well": ({}, "on 1 server and may read and write there", True),
    "token": ({"token": "another"}, "Reset Token", False),
    "intent": ({"content_intent": False}, "switch on Message Content Intent", False),
    "no server": ({"guilds": {}}, "https://discord.com/oauth2/authorize?client_id=100", False),
    "permissions": ({"permissions": "1024"}, "in Garden the bot lacks", False),
}


@pytest.mark.parametrize(("about", "text", "ok"), CHECKS.values(), ids=CHECKS)
async def test_check_says_which_switch_to_flip(discord: Discord, about: dict[str, Any], text: str, ok: bool) -> None:
    adapter = make_adapter(discord)
    for name, value in about.items():
        setattr(discord.world, name, value)
    findings = await adapter.check()
    assert any(text in finding.text and finding.ok is ok for finding in findings), findings
    assert all(finding.ok for finding in findings) is ok
    assert discord.gateway.identified == 0
    await adapter.aclose()


async def test_check_says_that_discord_can_not_be_reached() -> None:
    about = {"token": "t", "api_base": "http://127.0.0.1:9/api/v10"}
    [finding] = await DiscordAdapter(Settings(discord=DiscordSettings.model_validate(about))).check()
    assert not finding.ok
    assert "can't be reached" in finding.text


async def _ignore(event: PlatformEvent) -> None:
    return
