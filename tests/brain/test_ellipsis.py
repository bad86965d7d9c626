"""Elliptical messages, told from those that say something by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.memory.ellipsis import is_elliptical, stands_by_itself


@pytest.mark.parametrize(
    "message",
    [
        "why?", "WHY", "and for two?", "another one", "no", "yes please", "it worked!!", "the second one", "how long?",
        "ok", "lol", "👎", "...", "", "130", "3 yrs", "half", "what do you mean", "no, the other one", "maybe tomorrow",
        "那呢", "为什么", "为什么？", "不是这个", "不", "然后呢", "还有呢",
        "再来一个", "成功了！", "哈哈", "三分钟", "第二个",
    ],
)  # fmt: skip
def test_these_mean_something_only_after_what_was_said_before(message: str) -> None:
    assert is_elliptical(message)


@pytest.mark.parametrize(
    "message",
    [
        "hello", "how are you?", "who are you", "what can you do", "i'm sad", "so tired", "good night", "thank you",
        "why is the sky blue", "in the morning?", "what about the cat", "tell me a joke", "what do i like",
        "another one of those days at the office", "20 euro",
        "你好", "你好吗", "你是谁", "为什么天是蓝的", "谢谢", "早", "今天好累", "讲个笑话", "ok吗这样写", "再见",
    ],
)  # fmt: skip
def test_these_say_something_by_themselves(message: str) -> None:
    assert not is_elliptical(message)


@given(st.text())
def test_any_text_can_be_judged(message: str) -> None:
    assert is_elliptical(message) in (True, False)


@pytest.mark.parametrize(
    ("message", "whole"),
    [
        ("how long do i boil an egg", True),
        ("whats the capital of peru", True),
        ("番茄炒蛋怎么做", True),
        ("and for a soft one please", False),
        ("it still does not turn", False),
        ("no, the one from tuesday", False),
        ("still no", False),
        ("那两个人的份呢怎么办", False),
        ("试过了", False),
    ],
)
def test_a_whole_message_in_a_talk_may_be_a_new_matter(message: str, whole: bool) -> None:
    assert stands_by_itself(message) is whole


@given(st.text())
def test_any_text_stands_by_itself_or_not(message: str) -> None:
    assert stands_by_itself(message) in (True, False)
