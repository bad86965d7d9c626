"""What ships: whole, small enough, credited, and able to talk."""

from __future__ import annotations

import pytest

from brain.reply import ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.starter import VOICE
from brain.training.manifest import verify_manifest

MIB = 1 << 20


@pytest.fixture(scope="module")
def starter() -> NativeGenerator:
    return NativeGenerator.load(VOICE)


def _ask(starter: NativeGenerator, *texts: str) -> str:
    turns = tuple(SpokenTurn("bot" if number % 2 else "user", text) for number, text in enumerate(texts))
    starter.seed(1)
    return starter.reply(ReplyRequest(turns, ("I am Familiar, a friendly companion.",))).text


def test_the_starter_is_whole_and_within_its_size() -> None:
    verify_manifest(VOICE)
    sizes = [path.stat().st_size for path in VOICE.iterdir()]
    assert max(sizes) <= 16 * MIB
    assert sum(sizes) <= 32 * MIB


def test_the_card_credits_every_data_set_and_names_none_that_may_not_ship() -> None:
    card = (VOICE / "card.md").read_text("utf-8")
    for name in ("familiar", "Synthetic-Persona-Chat", "self_dialogue", "Topical-Chat", "KdConv", "CrossWOZ"):
        assert name in card
    assert "research_only" not in card


def test_different_messages_get_different_replies(starter: NativeGenerator) -> None:
    replies = {
        _ask(starter, text) for text in ("hello", "i can't sleep", "what should i cook?", "my boss is mean", "你好")
    }
    assert len(replies) == 5
    assert all(3 <= len(reply) <= 400 for reply in replies)


def test_the_history_changes_the_reply(starter: NativeGenerator) -> None:
    joke = _ask(starter, "tell me a joke", "Two antennas got married. The reception was excellent.", "another one")
    dinner = _ask(starter, "dinner ideas?", "Rice, an egg on top, and something green.", "another one")
    assert joke != dinner
