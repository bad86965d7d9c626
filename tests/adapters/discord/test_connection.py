"""The gateway breaks off and comes back, and nobody notices: faults 1 to 4 of FAULTS.md on Discord."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.adapters.discord.conftest import House
from tests.simulators.discord_gateway import Gateway

pytestmark = pytest.mark.asyncio(loop_scope="session")

INTERRUPTIONS: dict[str, Callable[[Gateway], None]] = {
    "dropped": Gateway.drop,
    "op 7": Gateway.reconnect,
    "op 9, resumable": lambda gateway: gateway.invalidate(resumable=True),
    "closed with 1000": lambda gateway: gateway.close(1000),
    "closed with 4000": lambda gateway: gateway.close(4000),
    "closed with 4009": lambda gateway: gateway.close(4009),
}


@pytest.mark.parametrize("interrupt", INTERRUPTIONS.values(), ids=INTERRUPTIONS)
async def test_an_interruption_is_resumed_and_nothing_is_lost(
    house: House, interrupt: Callable[[Gateway], None]
) -> None:
    channel = house.world.open_channel("interrupted")
    house.world.mention(channel, "before")
    await house.reads(channel, "heard before")
    resumed, identified = house.gateway.resumed, house.gateway.identified
    interrupt(house.gateway)
    house.world.mention(channel, "meanwhile")
    await house.world.until(lambda: house.gateway.resumed > resumed)
    house.world.mention(channel, "after")
    await house.reads(channel, "heard before", "heard meanwhile", "heard after")
    assert (house.gateway.resumed, house.gateway.identified) == (resumed + 1, identified)


async def test_fault_01_a_disconnect_while_a_reply_is_made_leaves_one_reply(house: House) -> None:
    channel = house.world.open_channel("mid-reply")
    house.world.mention(channel, "wait")
    resumed = house.gateway.resumed
    house.gateway.drop()
    await house.world.until(lambda: house.gateway.resumed > resumed)
    house.discord.call(house.world.open_channel("elsewhere"), "release")
    await house.settle(channel)
    assert house.world.texts(channel) == ["heard wait", "heard settle"]


async def test_fault_03_what_was_delivered_late_keeps_its_place_among_what_waits(house: House) -> None:
    channel = house.world.open_channel("order")
    house.world.mention(channel, "wait")
    late = house.world.mention(channel, "1", silent=True)
    for number in (2, 3):
        house.world.mention(channel, str(number))
    await house.product.has_stored(3, channel)
    house.world.repeat(channel, late)
    await house.product.has_stored(4, channel)
    house.discord.call(house.world.open_channel("elsewhere"), "release")
    await house.settle(channel)
    assert house.world.texts(channel) == ["heard wait", "heard 1", "heard 2", "heard 3", "heard settle"]


async def test_op_codes_nobody_knows_and_heartbeats_do_no_harm(house: House) -> None:
    channel, beats = house.world.open_channel("odd"), house.gateway.heartbeats
    house.gateway.send_raw('{"op": 99, "d": null, "s": null, "t": null}')
    house.gateway.send_raw('{"op": 1, "d": null, "s": null, "t": null}')
    await house.world.until(lambda: house.gateway.heartbeats > beats)
    house.world.mention(channel, "hello")
    await house.reads(channel, "heard hello")


async def test_an_event_that_can_not_be_read_costs_nothing_else(house: House) -> None:
    channel, identified = house.world.open_channel("malformed"), house.gateway.identified
    house.gateway.malformed("MESSAGE_CREATE", {"id": None})
    house.world.mention(channel, "behind it")
    await house.world.until(lambda: house.gateway.identified > identified)
    house.world.mention(channel, "after")
    await house.reads(channel, "heard behind it", "heard after")
