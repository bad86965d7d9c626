"""Familiar's process and its end: killed at the worst moments, one too many, with a token that is revoked.

Whoever takes over from a process that was killed is the one that is killed next: starting takes most of the time here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from itertools import count
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.adapters.product import Product, free_port
from tests.adapters.telegram.product import hurried
from tests.simulators.telegram import SECRET_HEADER, Telegram
from tests.simulators.telegram_state import ANA, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

_people = count(601)


class Succession:
    """Telegram, and one Familiar after the other at the same home."""

    def __init__(self, telegram: Telegram, home: Path) -> None:
        self.telegram = telegram
        self.world = telegram.world
        self.product = hurried(home, telegram, PROBE_IS_ESTABLISHED="1")

    def ask(self, text: str) -> int:
        """Have somebody new say something and return who."""
        person = next(_people)
        self.world.say(person, text, user=person)
        return person

    async def settle(self, *people: int) -> None:
        """Wait until everything these said before is answered or given up."""
        for person in people:
            self.world.say(person, "settle", user=person)
        await self.world.until(lambda: all("heard settle" in self.world.texts(person) for person in people))

    async def succeed(self) -> None:
        """Kill the one, start the next."""
        await self.product.kill()
        await self.product.serve()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def succession(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Succession]:
    async with Telegram() as telegram:
        succession = Succession(telegram, tmp_path_factory.mktemp("home"))
        async with succession.product:
            yield succession


async def test_killed_before_the_update_is_stored_it_comes_again(succession: Succession) -> None:
    polls = len(succession.world.requests("getUpdates"))
    person = succession.ask("hello")
    await succession.world.until(lambda: len(succession.world.requests("getUpdates")) > polls)  # handed out, not read
    await succession.succeed()
    await succession.settle(person)
    assert succession.world.texts(person) == ["heard hello", "heard settle"]


async def test_killed_in_the_middle_of_a_reply_it_is_made_again_and_sent_once(succession: Succession) -> None:
    person = succession.ask("wait")
    await succession.world.until(lambda: not succession.world.updates)  # stored and confirmed
    await succession.succeed()
    releases = succession.ask("/release")
    await succession.world.until(lambda: succession.world.texts(releases))
    await succession.settle(person)
    assert succession.world.texts(person) == ["heard wait", "heard settle"]


@pytest.mark.parametrize("served", [True, False], ids=["after it arrived", "before it arrived"])
async def test_killed_while_sending_it_is_counted_and_not_repeated(succession: Succession, served: bool) -> None:
    world, sending = succession.world, succession.world.sending
    counted = succession.product.outbox().get("ambiguous", 0)
    if served:
        world.silent.add("sendMessage")
    else:
        world.faults.add(match="sendMessage", delay=60)
    person = succession.ask("hello")
    await world.until(lambda: world.texts(person) if served else world.sending > sending)
    await succession.product.kill()
    world.silent.clear()
    await succession.product.serve()
    await succession.settle(person)
    assert world.texts(person) == ["heard hello"] * served + ["heard settle"]
    assert succession.product.outbox()["ambiguous"] == counted + 1


async def test_over_kills_under_load_nothing_is_lost_or_doubled(succession: Succession) -> None:
    counted = succession.product.outbox().get("ambiguous", 0)
    people: list[int] = []
    for answered in (3, 11):
        sends = succession.world.sending
        people += [succession.ask("hello") for _ in range(20)]
        await succession.world.until(lambda least=sends + answered: succession.world.sending >= least)
        await succession.succeed()
    await succession.settle(*people)
    heard = [succession.world.texts(person).count("heard hello") for person in people]
    assert max(heard) == 1
    assert heard.count(0) <= succession.product.outbox().get("ambiguous", 0) - counted


async def test_told_to_stop_it_ends_what_it_began(succession: Succession) -> None:
    people = [succession.ask("hello") for _ in range(5)]
    await succession.world.until(lambda: not succession.world.updates)
    assert await succession.product.stop() == 0
    assert [succession.world.texts(person) for person in people] == [["heard hello"]] * 5
    assert succession.product.outbox().keys() <= {"sent", "ambiguous"}
    await succession.product.serve()


async def test_of_two_on_one_token_the_second_leaves_with_a_word(succession: Succession, tmp_path: Path) -> None:
    second = hurried(tmp_path, succession.telegram)
    await second.start()
    assert await second.ended() == 2
    person = succession.ask("still there?")
    await succession.world.until(lambda: succession.world.texts(person) == ["heard still there?"])
    assert "another program receives the updates of this Telegram bot" in second.log


async def test_killed_while_telegram_asks_to_wait_it_is_sent_by_the_next(succession: Succession) -> None:
    """Nothing has arrived, so nothing is uncertain."""
    world, counted = succession.world, succession.product.outbox().get("ambiguous", 0)
    world.faults.add(match="sendMessage", status=429, retry_after=60)
    person = succession.ask("hello")
    await world.until(lambda: world.requests("sendMessage")[-1].status == 429)
    await succession.product.keeps(pending=1, sending=0)
    await succession.succeed()
    await succession.settle(person)
    assert world.texts(person) == ["heard hello", "heard settle"]
    assert succession.product.outbox().get("ambiguous", 0) == counted


async def test_the_flood_limits_are_kept(tmp_path: Path) -> None:
    """The simulator refuses the second message in a second to a chat, and the 31st in all."""
    async with Telegram() as telegram, Product(tmp_path, telegram):
        world, people = telegram.world, range(701, 741)
        for person in people:
            world.say(person, "hello", user=person)
        for text in ("long", "2"):
            world.say(ANA, text)
        await world.until(lambda: "heard 2" in world.texts(ANA))
        await world.until(lambda: all(world.texts(person) for person in people))
    assert world.floods == 0
    assert {call.status for call in world.requests("sendMessage")} == {200}


def _hook() -> dict[str, str]:
    port = str(free_port())
    return {
        "FAMILIAR_TELEGRAM__MODE": "webhook",
        "FAMILIAR_TELEGRAM__WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram/hook",
        "FAMILIAR_TELEGRAM__WEBHOOK_SECRET": "the-secret-of-the-hook",
        "FAMILIAR_API__PORT": port,
    }


async def test_by_webhook_updates_are_answered_once_and_forged_ones_never(tmp_path: Path) -> None:
    async with Telegram() as telegram:
        world, hook = telegram.world, _hook()
        async with Product(tmp_path, telegram, **hook) as product:
            world.say(ANA, "hello")
            world.repeat(99)
            await world.until(lambda: not world.updates)
            for secret in (None, "", "wrong", "the-secret-of-the-hooK", "é"):
                assert await _forge(world, hook["FAMILIAR_TELEGRAM__WEBHOOK_URL"], secret) == 403
            world.say(ANA, "settle")
            await world.until(lambda: "heard settle" in world.texts(ANA))
            assert world.texts(ANA) == ["heard hello", "heard settle"]
            assert world.requests("getUpdates") == []
            assert "the-secret-of-the-hook" not in product.log
        world.say(ANA, "killed, and back by polling")
        async with Product(tmp_path, telegram):
            await world.until(lambda: "heard killed, and back by polling" in world.texts(ANA))
            assert world.webhook is None


async def _forge(world: World, url: str, secret: str | None) -> int:
    update = {"update_id": 1, "message": world.make_message(ANA, "forged", ANA)}
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with aiohttp.ClientSession() as session, session.post(url, json=update, headers=headers) as answer:
        return answer.status
