"""A serving process is killed with SIGKILL, at each stage of a message and at random moments: tests/README.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulators.kill.doom import AFTER_REFUSAL, AFTER_SEND
from tests.simulators.kill.harness import Verdict, every_stage, kill_again_and_again


def faults(verdict: Verdict) -> dict[str, int]:
    return {
        "lost": verdict.lost,
        "answered twice": verdict.answered_twice,
        "out of order": verdict.out_of_order,
        "unfinished": verdict.unfinished,
    }


NONE = {"lost": 0, "answered twice": 0, "out of order": 0, "unfinished": 0}


async def test_killed_anywhere_everybody_is_answered_once_and_in_order(tmp_path: Path) -> None:
    verdict = await kill_again_and_again(tmp_path, every_stage(1, random_moments=10), deduplicates=True)
    assert faults(verdict) == NONE
    assert verdict.ambiguous == 0
    assert verdict.messages > verdict.kills


@pytest.mark.parametrize("conversations", [1, 4])
async def test_where_repeats_would_show_what_is_uncertain_is_held_back_and_counted(
    tmp_path: Path, conversations: int
) -> None:
    stages = every_stage(1, random_moments=5)
    verdict = await kill_again_and_again(tmp_path, stages, deduplicates=False, conversations=conversations)
    assert faults(verdict) == NONE
    assert 0 < verdict.ambiguous <= verdict.kills * conversations


async def test_killed_while_the_platform_asks_to_wait_nothing_counts_as_uncertain(tmp_path: Path) -> None:
    verdict = await kill_again_and_again(tmp_path, [AFTER_REFUSAL] * 4, deduplicates=False, busy=True, conversations=1)
    assert faults(verdict) == NONE
    assert verdict.ambiguous == 0


async def test_a_platform_that_shows_repeats_after_all_is_noticed(tmp_path: Path) -> None:
    verdict = await kill_again_and_again(tmp_path, [AFTER_SEND] * 3, deduplicates=True, keeps_its_word=False)
    assert verdict.answered_twice > 0
    assert verdict.lost == 0
