"""Style wishes: read, kept until taken back, and every reply made to fit them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.persona.obeying import apply, obeys
from brain.persona.wishes import Wishes
from tests.brain.persona_telling import told

TALKS: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("persona_wishes.jsonl").read_text("utf-8").splitlines()
]
FOLLOWING = (
    (
        "ok",
        "Hey! I'd try the small café by the river 😊, it's quiet. You can't go wrong!",
        "嘿，去河边那家小咖啡馆吧😊，很安静。",
    ),
    (
        "what about my plant",
        "Water it twice a week, and don't panic if a leaf drops: it's normal :)",
        "一周浇两次水，别慌：很正常。",
    ),
    (
        "my sister has a dog",
        "lol yeah, that happens. Let's start with one drawer.",
        "哈哈，是会这样。先从一个抽屉开始。",
    ),
    ("哈哈", "That sounds hard. What happened after she left?", "听起来很难受。她走了以后怎么样了？"),
    ("那好吧", "Four.", "四。"),
)


@pytest.mark.parametrize("talk", TALKS, ids=lambda talk: " / ".join(talk["said"]))
def test_a_wish_holds_over_the_following_replies(talk: dict[str, Any]) -> None:
    wanted = Wishes(**talk["wishes"])
    said: list[str] = list(talk["said"])

    assert told(*said).wishes == wanted
    for message, english, chinese in FOLLOWING:
        said.append(message)
        wishes = told(*said).wishes
        assert wishes == wanted
        assert obeys(wishes, apply(wishes, chinese if wanted.language == "zh" else english))


@pytest.mark.parametrize(
    ("wishes", "reply", "said"),
    [
        (Wishes(most=5), "Sure. The cat is asleep on the warm roof.", "Sure."),
        (Wishes(most=5), "The cat is asleep on the warm roof.", "The cat is asleep."),
        (Wishes(emoji=False), "Nice 😊!", "Nice!"),
        (Wishes(tone="formal"), "I can't, it's late.", "I cannot, it is late."),
        (Wishes(most=1, unit="sentences"), "One. Two.", "One."),
        (Wishes(most=6, unit="characters"), "先喝水，再睡一会儿。", "先喝水。"),
        (Wishes(), "As it was 😊", "As it was 😊"),
    ],
)
def test_a_reply_is_made_to_fit(wishes: Wishes, reply: str, said: str) -> None:
    assert apply(wishes, reply) == said


def test_a_reply_in_another_language_does_not_obey() -> None:
    assert not obeys(Wishes(language="zh"), "Hello there")
    assert obeys(Wishes(language="zh"), "你好")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.integers(1, 20), st.sampled_from(["words", "characters", "sentences"]))
def test_any_reply_can_be_cut_to_size(reply: str, most: int, unit: Any) -> None:
    wishes = Wishes(most=most, unit=unit, emoji=False)

    assert obeys(wishes, apply(wishes, reply))
