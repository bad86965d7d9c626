"""Familiar is killed, stopped, refused, cut off and sent away, on a Discord of its own each time.

Some of this takes seconds in which nothing happens (discord.py waits five before it identifies again), so all of it
goes on at the same time: each test only waits for the end of its own.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.adapters.product import WITH_FAKES, Product
from tests.simulators.discord import Discord
from tests.simulators.discord_state import Guild

pytestmark = pytest.mark.asyncio(loop_scope="session")

KILLS = int(os.environ.get("TEST_KILLS", "3"))
"""Rounds of the endurance test. A nightly run does more."""

AT_ONCE = 3
"""So many cases go on at the same time."""

Case = Callable[[Discord, Path], Awaitable[None]]


async def fault_07_an_invalid_session_is_begun_anew_and_missed_mentions_are_answered_once(
    discord: Discord, home: Path
) -> None:
    world, direct = discord.world, discord.world.direct(discord.world.ann)
    crowded, unseen = world.open_channel("crowded"), world.open_channel("unseen")
    async with Product(home, discord):
        for channel in (world.general, crowded, direct):
            world.mention(channel, "before")
            await world.until(lambda channel=channel: world.texts(channel))
        discord.gateway.invalidate()
        world.mention(world.general, "one")
        world.say(world.general, "nobody in particular")
        world.say(world.general, "and this?", reply_to=int(world.said(world.general)[0]["id"]))
        world.say(direct, "direct")
        world.mention(unseen, "first words")
        for number in range(25):
            world.mention(crowded, str(number))
        await world.until(lambda: discord.gateway.identified == 2 and discord.gateway.live())
        world.mention(world.general, "after")
        await world.until(lambda: "heard after" in world.texts(world.general))
        await world.until(lambda: len(world.texts(crowded)) > 20 and len(world.texts(direct)) > 1)
        await world.until(lambda: world.texts(unseen))
    assert world.texts(world.general) == ["heard before", "heard one", "heard and this?", "heard after"]
    assert world.texts(direct) == ["heard before", "heard direct"]
    assert world.texts(unseen) == ["heard first words"]
    assert world.texts(crowded) == ["heard before", *(f"heard {number}" for number in range(5, 25))]


async def a_first_connection_that_fails_is_tried_again(discord: Discord, home: Path) -> None:
    discord.world.faults.add(match="GET /gateway/bot", status=503)
    discord.gateway.refuse_next = 1
    async with Product(home, discord):
        discord.world.mention(discord.world.general, "hello")
        await discord.world.until(lambda: discord.world.texts(discord.world.general))
    assert discord.gateway.refused == 1
    assert [call.status for call in discord.world.requests("GET", "/gateway/bot")] == [503, 200]


async def servers_are_spread_over_shards_and_direct_messages_come_on_the_first(discord: Discord, home: Path) -> None:
    world, gateway = discord.world, discord.gateway
    world.shards = 2
    second = Guild(8 << 22, "Second")  # (8 << 22 >> 22) % 2 = 0, and the first server is on shard 1
    world.guilds[second.id] = second
    world.channels[world.quiet].guild_id = second.id
    direct = world.direct(world.ann)
    async with Product(home, discord):
        await world.until(lambda: len(gateway.live()) == 2)
        for channel in (world.general, world.quiet, direct):
            world.mention(channel, "hello")
            await world.until(lambda channel=channel: world.texts(channel))
    told = {
        s.shard: {p["d"]["channel_id"] for p in s.sent if p["t"] == "MESSAGE_CREATE"} for s in gateway.sessions.values()
    }
    assert told == {0: {str(world.quiet), str(direct)}, 1: {str(world.general)}}


async def without_the_content_intent_mentions_and_direct_messages_still_carry_text(
    discord: Discord, home: Path
) -> None:
    world, direct = discord.world, discord.world.direct(discord.world.ann)
    world.content_intent = False
    async with Product(home, discord, FAMILIAR_DISCORD__MESSAGE_CONTENT="false"):
        world.say(world.general, "nobody in particular")
        world.mention(world.general, "hello")
        world.say(direct, "hello")
        await world.until(lambda: world.texts(world.general) and world.texts(direct))
    assert world.texts(world.general) == world.texts(direct) == ["heard hello"]


async def fault_10_and_11_killed_while_replies_are_made_answers_each_once(discord: Discord, home: Path) -> None:
    world = discord.world
    async with Product(home, discord, PROBE_HANGS="yes") as product:
        world.mention(world.general, "before")
        await world.until(lambda: world.texts(world.general))
        world.mention(world.general, "hang")
        public = discord.call(world.quiet, "wait")
        private = discord.call(world.open_channel("private"), "later", sub="secretly")
        await world.until(lambda: world.interactions[public].callback and world.interactions[private].callback)
        await product.kill()
    world.mention(world.general, "while it was down")
    async with Product(home, discord):
        await world.until(lambda: len(world.texts(world.general)) >= 3)
        await world.until(world.whispered)
        discord.call(world.open_channel("elsewhere"), "release")
        await world.until(lambda: world.texts(world.quiet))
        world.mention(world.general, "after")
        await world.until(lambda: "heard after" in world.texts(world.general))
    assert world.texts(world.general) == ["heard before", "heard hang", "heard while it was down", "heard after"]
    assert world.texts(world.quiet) == ["waited"]
    assert world.whispered() == ["waited secretly"]
    answered = world.interactions[public].original
    assert answered is not None
    assert answered["content"] == "waited"
    assert len(world.requests("PUT", "/applications/.*")) == 1, "the same commands were offered twice"


async def fault_12_killed_after_a_send_and_before_it_was_noted_sends_nothing_twice(
    discord: Discord, home: Path
) -> None:
    world = discord.world
    async with Product(home, discord) as product:
        world.mention(world.general, "before")
        await world.until(lambda: world.texts(world.general))
        world.faults.add(match="POST .*/messages", served=True, hang=True)
        world.faults.add(match="PATCH /webhooks", served=True, hang=True)
        world.mention(world.general, "one")
        discord.call(world.quiet, "ping")
        await world.until(lambda: len(world.texts(world.general)) == 2 and world.texts(world.quiet))
        await product.kill()
    async with Product(home, discord):
        for channel in (world.general, world.quiet):
            world.mention(channel, "after")
            await world.until(lambda channel=channel: "heard after" in world.texts(channel))
    assert world.texts(world.general) == ["heard before", "heard one", "heard after"]
    assert world.texts(world.quiet) == ["pong @everyone <@202>", "heard after"]


async def fault_09_killed_again_and_again_loses_and_doubles_nothing(discord: Discord, home: Path) -> None:
    world, channels = discord.world, (discord.world.general, discord.world.quiet)
    expected: list[str] = []
    for kill in range(KILLS):
        async with Product(home, discord) as product:
            for number in range(10):
                expected.append(f"heard {kill}.{number}")
                for channel in channels:
                    world.mention(channel, f"{kill}.{number}")
                if number == kill % 10:  # sooner or later after the first of them have come in
                    await world.until(lambda kill=kill: f"heard {kill}.0" in world.texts(world.general))
            await product.kill()
    async with Product(home, discord):
        for channel in channels:
            world.mention(channel, "last")
            await world.until(lambda channel=channel: "heard last" in world.texts(channel))
    for channel in channels:
        assert world.texts(channel) == [*expected, "heard last"]


async def fault_15_a_stop_finishes_what_was_begun_and_the_rest_is_answered_later(discord: Discord, home: Path) -> None:
    world = discord.world
    async with Product(home, discord, command=WITH_FAKES) as product:
        world.mention(world.general, "brain slowly")
        await world.until(lambda: world.typing)
        assert await product.stop() == 0
        assert world.texts(world.general) == ["I see."]
    world.mention(world.general, "hello")
    async with Product(home, discord):
        await world.until(lambda: len(world.texts(world.general)) == 2)
    assert world.texts(world.general) == ["I see.", "heard hello"]


async def fault_05_a_token_revoked_while_it_serves_ends_the_adapter_with_a_word(discord: Discord, home: Path) -> None:
    async with Product(home, discord) as product:
        discord.world.token = "another"
        discord.gateway.close(4004)
        assert await product.ended() == 2
        assert "Discord refused the token" in product.log
        assert "sim.token" not in product.log
    assert discord.gateway.identified == 1, "it tried again"


async def fault_05_a_token_revoked_behind_an_open_connection_is_noticed_when_sending(
    discord: Discord, home: Path
) -> None:
    async with Product(home, discord) as product:
        discord.world.token = "another"
        discord.world.mention(discord.world.general, "hello")
        assert await product.ended() == 2
        assert "Discord refused the token" in product.log
        assert product.outbox() == {"pending": 1}
    assert discord.gateway.identified == 1, "it tried again"


CASES: tuple[Case, ...] = (
    fault_07_an_invalid_session_is_begun_anew_and_missed_mentions_are_answered_once,
    a_first_connection_that_fails_is_tried_again,
    servers_are_spread_over_shards_and_direct_messages_come_on_the_first,
    without_the_content_intent_mentions_and_direct_messages_still_carry_text,
    fault_10_and_11_killed_while_replies_are_made_answers_each_once,
    fault_12_killed_after_a_send_and_before_it_was_noted_sends_nothing_twice,
    fault_09_killed_again_and_again_loses_and_doubles_nothing,
    fault_15_a_stop_finishes_what_was_begun_and_the_rest_is_answered_later,
    fault_05_a_token_revoked_while_it_serves_ends_the_adapter_with_a_word,
    fault_05_a_token_revoked_behind_an_open_connection_is_noticed_when_sending,
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[dict[Case, asyncio.Task[None]]]:
    turn = asyncio.Semaphore(AT_ONCE)

    async def run(case: Case) -> None:
        async with turn, Discord() as discord:
            await case(discord, tmp_path_factory.mktemp(case.__name__[:20]))

    tasks = {case: asyncio.create_task(run(case)) for case in CASES}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_that(case: Case, running: dict[Case, asyncio.Task[None]]) -> None:
    await running[case]
