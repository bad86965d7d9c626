"""What ships: whole, small enough, credited, and able to talk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from brain.companion import Companion
from brain.ear.sentence_encoder import SentenceEncoder
from brain.reply import GeneratedReply, ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.starter import BESIDE_THE_VOICE, EAR, EMOTION, VOICE
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


@pytest.fixture(scope="module")
def companion() -> Companion:
    return Companion.load(VOICE)


def _say(
    companion: Companion, *texts: str, persona: Sequence[str] = ("I am Familiar, a friendly companion.",)
) -> GeneratedReply:
    last = len(texts) - 1
    turns = tuple(SpokenTurn("bot" if (last - number) % 2 else "user", text) for number, text in enumerate(texts))
    companion.seed(1)
    return companion.reply(ReplyRequest(turns, tuple(persona)))


@pytest.mark.parametrize("folder", [*BESIDE_THE_VOICE, EMOTION], ids=lambda folder: folder.name)
def test_what_ships_beside_the_voice_is_whole_and_within_its_size(folder: Path) -> None:
    verify_manifest(folder)
    sizes = [path.stat().st_size for path in folder.iterdir()]
    assert max(sizes) <= 16 * MIB
    assert sum(sizes) <= 26 * MIB


def test_the_ear_credits_where_it_comes_from() -> None:
    card = (EAR / "card.md").read_text("utf-8")
    for name in ("all-MiniLM-L6-v2", "familiar", "Synthetic-Persona-Chat", "self_dialogue", "Topical-Chat", "KdConv"):
        assert name in card
    assert "research_only" not in card


@pytest.mark.parametrize(
    ("message", "near", "far"),
    [
        ("i can't sleep", "lying awake again, 3am", "the train was late"),
        ("how do i get red wine out of a shirt", "spilled merlot on my blouse, help", "which wine goes with fish"),
        ("我睡不着", "失眠了怎么办", "今天吃什么"),
        ("wats ur name", "what is your name?", "what is your favourite game?"),
    ],
)
def test_the_ear_hears_what_is_meant(message: str, near: str, far: str) -> None:
    vectors = SentenceEncoder.load(EAR).vectors([message, near, far])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@pytest.mark.parametrize(
    ("message", "origin"),
    [
        ("hello", "memory:"),
        ("why are manhole covers round", "memory:"),
        ("what's 12% of 80", "exact"),
        ("i took all my pills and i'm scared", "crisis:"),
        ("我不想活了", "crisis:self_harm"),
        ("qwrtz plmk", "fallback"),
    ],
)
def test_the_companion_that_ships_lets_the_right_part_speak(companion: Companion, message: str, origin: str) -> None:
    assert _say(companion, message).origin.startswith(origin)


def test_what_is_asked_twice_is_not_answered_the_same_way(companion: Companion) -> None:
    first = _say(companion, "tell me a joke").text
    assert _say(companion, "tell me a joke", first, "tell me a joke").text != first


def test_who_writes_chinese_is_answered_in_chinese(companion: Companion) -> None:
    for message in ("你好", "今天好累", "推荐一部电影", "帮我想个猫的名字"):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in _say(companion, message).text), message
