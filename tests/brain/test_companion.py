"""Companion: who speaks when, and what is told about why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.companion import Companion, Parts
from brain.crisis.detector import CrisisDetector
from brain.ear.checkpoint import Ear
from brain.ear.config import EarConfig
from brain.ear.network import EarNetwork
from brain.ear.sentence_encoder import SentenceEncoder
from brain.ear.wordpieces import SPECIAL, WordPieces
from brain.fallback.fallback import Fallback
from brain.judge.evidence import NAMES, Rarity
from brain.judge.judge import Judge
from brain.memory.operator import OperatorMemory
from brain.memory.response_memory import ResponseMemory
from brain.memory.rows import MemoryRow
from brain.memory.vectors import DIM
from brain.reply import GeneratedReply, ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.starter import FALLBACK
from tests.cases import CASES

_NOON = datetime(2026, 11, 24, 12, 0)
_ROWS = (
    MemoryRow("do you like cats", (), "Cats, yes, the loud ones most.", lang="en"),
    MemoryRow("我喜欢猫", (), "猫也喜欢被喜欢。", lang="zh"),
    MemoryRow(
        "do you like tea",
        (),
        "I am a pirate, I drink it by the barrel.",
        ("I am a pirate.",),
        lang="en",
    ),
)


class StubVoice:
    """Always drafts the same."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked = 0

    def seed(self, value: int) -> None:
        del value

    def reply(self, request: ReplyRequest, on_text: Callable[[str], bool] | None = None) -> GeneratedReply:
        del request
        self.asked += 1
        if on_text:
            on_text("")
        return GeneratedReply(self.text)


@pytest.fixture(scope="module")
def ear() -> SentenceEncoder:
    torch.manual_seed(1)
    letters = [letter for plain in "abcdefghijklmnopqrstuvwxyz0123456789?!" for letter in (plain, f"##{plain}")]
    pieces = WordPieces.build([*SPECIAL, *letters], ["我", "喜", "欢", "猫", "你", "好"], 32)
    config = EarConfig(pieces.vocab_size, DIM, num_layers=1, num_heads=4, feedforward_size=48, max_length=32)
    return SentenceEncoder(Ear(EarNetwork(config).eval(), pieces))


@pytest.fixture(scope="module")
def fallback(ear: SentenceEncoder) -> Fallback:
    return Fallback.load(FALLBACK, ear.row_vectors)


def _judge(weight: float, bias: float, name: str = "meaning") -> Judge:
    """A judge that goes by one number alone."""
    direct = np.zeros(len(NAMES), dtype=np.float32)
    direct[NAMES.index(name)] = weight
    weights = {
        "mean": np.zeros(len(NAMES), dtype=np.float32),
        "spread": np.ones(len(NAMES), dtype=np.float32),
        "weight": direct,
        "bias": np.array([bias], dtype=np.float32),
    }
    return Judge(weights, Rarity({}, 1.0))


_GOES_BY_MEANING = _judge(100, -97)
_LIKES_LONG_REPLIES = _judge(1.2, -5.5, "reply_length")
_SURE_OF_ALL = _judge(0, 5)
_SURE_OF_NOTHING = _judge(0, -5)


def _companion(
    ear: SentenceEncoder, fallback: Fallback, judge: Judge, voice: str = "drafted", own: OperatorMemory | None = None
) -> tuple[Companion, StubVoice]:
    memory = ResponseMemory.of(_ROWS, ear.row_vectors)
    stub = StubVoice(voice)
    parts = Parts(ear, memory, judge, fallback, CrisisDetector(), own)
    companion = Companion(parts, cast(NativeGenerator, stub), clock=lambda: _NOON)
    companion.seed(1)
    return companion, stub


def _ask(companion: Companion, *texts: str, persona: Sequence[str] = ()) -> GeneratedReply:
    turns = tuple(
        SpokenTurn("bot" if (len(texts) - place) % 2 == 0 else "user", text) for place, text in enumerate(texts)
    )
    return companion.reply(ReplyRequest(turns, tuple(persona)))


@pytest.mark.parametrize(
    ("message", "origin", "text"),
    [
        ("do you like cats", "memory", "Cats, yes, the loud ones most."),
        ("我喜欢猫", "memory", "猫也喜欢被喜欢。"),
        ("what's 17*23", "exact", "391"),
        ("what day is it", "exact", "Tuesday"),
        ("i want to kill myself", "crisis:self_harm", "crisis line"),
        ("ana> what's 17*23", "exact", "391"),
    ],
)
def test_who_speaks(ear: SentenceEncoder, fallback: Fallback, message: str, origin: str, text: str) -> None:
    reply = _ask(_companion(ear, fallback, _GOES_BY_MEANING)[0], message)
    assert reply.origin.startswith(origin)
    assert text in reply.text


def test_what_the_memory_says_comes_with_row_and_scores(ear: SentenceEncoder, fallback: Fallback) -> None:
    reply = _ask(_companion(ear, fallback, _GOES_BY_MEANING)[0], "do you like cats")
    assert reply.origin == f"memory:{_ROWS[0].id}"
    assert reply.scores["meaning"] > 0.95
    assert reply.scores["right"] > 0.5


def test_the_voice_speaks_where_only_its_draft_is_likely_right(ear: SentenceEncoder, fallback: Fallback) -> None:
    companion, voice = _companion(ear, fallback, _LIKES_LONG_REPLIES, voice="a long draft " * 20)
    reply = _ask(companion, "do you like cats")
    assert (reply.text, reply.origin, voice.asked) == (voice.text, "voice", 1)


def test_the_voice_is_not_asked_where_the_memory_is_sure(ear: SentenceEncoder, fallback: Fallback) -> None:
    companion, voice = _companion(ear, fallback, _SURE_OF_ALL)
    assert _ask(companion, "do you like cats").origin.startswith("memory:")
    assert voice.asked == 0


def test_where_nothing_is_likely_right_the_fallback_speaks(ear: SentenceEncoder, fallback: Fallback) -> None:
    companion, voice = _companion(ear, fallback, _SURE_OF_NOTHING)
    reply = _ask(companion, "do you like cats")
    assert (reply.origin, voice.asked) == ("fallback", 0)
    assert reply.text not in {row.reply for row in _ROWS}


def test_what_was_said_in_a_talk_is_not_said_again(ear: SentenceEncoder, fallback: Fallback) -> None:
    companion, _ = _companion(ear, fallback, _GOES_BY_MEANING)
    reply = _ask(companion, "do you like cats", "Cats, yes, the loud ones most.", "do you like cats")
    assert reply.text != "Cats, yes, the loud ones most."


def test_another_persona_does_not_speak_with_this_voice(ear: SentenceEncoder, fallback: Fallback) -> None:
    companion, _ = _companion(ear, fallback, _GOES_BY_MEANING)
    assert _ask(companion, "do you like tea").text != "I am a pirate, I drink it by the barrel."
    assert (
        _ask(companion, "do you like tea", persona=["I am a pirate."]).text
        == "I am a pirate, I drink it by the barrel."
    )


def test_what_an_operator_taught_comes_first_from_the_next_message_on(
    ear: SentenceEncoder, fallback: Fallback, tmp_path: Path
) -> None:
    own = OperatorMemory(tmp_path / "memory", ear.row_vectors)
    companion, _ = _companion(ear, fallback, _GOES_BY_MEANING, own=own)
    assert _ask(companion, "do you like cats").text == "Cats, yes, the loud ones most."
    taught = MemoryRow("do you like cats", (), "Our cats are 12 euros.", lang="en", source="operator")
    ResponseMemory.of([taught], ear.row_vectors).save(tmp_path / "memory")
    assert _ask(companion, "do you like cats").text == "Our cats are 12 euros."


def test_a_reply_grows_word_by_word(ear: SentenceEncoder, fallback: Fallback) -> None:
    companion, _ = _companion(ear, fallback, _GOES_BY_MEANING)
    shown: list[str] = []
    request = ReplyRequest((SpokenTurn("user", "do you like cats"),))
    reply = companion.reply(request, lambda text: shown.append(text) is None)
    assert shown[0] == ""
    assert shown[-1] == reply.text
    assert len(shown) == 2 + reply.text.count(" ")


@settings(max_examples=CASES // 20, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=5))
def test_any_text_gets_a_reply(ear: SentenceEncoder, fallback: Fallback, texts: list[str]) -> None:
    companion, _ = _companion(ear, fallback, _SURE_OF_NOTHING)
    assert _ask(companion, *texts).text.strip()


def test_an_operators_help_line_is_what_a_crisis_points_to(ear: SentenceEncoder, fallback: Fallback) -> None:
    parts = Parts(ear, ResponseMemory.of(_ROWS, ear.row_vectors), _SURE_OF_ALL, fallback, CrisisDetector())
    companion = Companion(parts, cast(NativeGenerator, StubVoice("")), help_line="113, or the line on 116 123")
    assert "113, or the line on 116 123" in _ask(companion, "i want to kill myself").text


@pytest.mark.parametrize(
    ("turns", "text"),
    [
        (("i have two cats", "Two!", "what animals do i have?"), "two cats"),
        (("my name is Ana", "Hello Ana.", "what is my name"), "Ana"),
        (("我叫小林", "你好。", "我叫什么"), "小林"),
    ],
)
def test_what_was_told_is_given_back(
    ear: SentenceEncoder, fallback: Fallback, turns: tuple[str, ...], text: str
) -> None:
    reply = _ask(_companion(ear, fallback, _GOES_BY_MEANING)[0], *turns)
    assert reply.origin == "persona"
    assert text in reply.text


def test_in_a_group_nobody_is_told_what_another_said(ear: SentenceEncoder, fallback: Fallback) -> None:
    companion, _ = _companion(ear, fallback, _GOES_BY_MEANING)
    assert "Ana" not in _ask(companion, "ana> my name is Ana", "Hello.", "ben> what is my name").text


def test_a_wish_about_how_to_be_spoken_to_holds(ear: SentenceEncoder, fallback: Fallback) -> None:
    companion, _ = _companion(ear, fallback, _GOES_BY_MEANING)
    reply = _ask(companion, "three words or less please", "Short it is.", "do you like cats")
    assert len(reply.text.split()) <= 3
