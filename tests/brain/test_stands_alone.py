"""StandsAlone: which replies are right for anybody, learned from exchanges that were labelled by reading."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.memory.filters import SURE
from brain.memory.leaning import FEATURES, Answer
from brain.memory.stands_alone import WEIGHTS, Labelled, StandsAlone, read_labelled


@pytest.fixture(scope="module")
def labelled() -> list[Labelled]:
    return read_labelled()


@pytest.mark.parametrize(
    ("sign", "answer"),
    [
        ("words of the facts", Answer("plans?", (), "A walk by the sea.", facts=("loves the sea",))),
        ("words of the persona", Answer("hello", (), "Mind the cauldron.", persona=("I am a witch with a cauldron.",))),
        ("words of earlier turns", Answer("ok", ("a", "b"), "Back to the trifle, then.", earlier=("i made a trifle",))),
        ("words of the facts", Answer("出门吗", (), "记得给乌龟换水。", facts=("养乌龟",))),
        ("names", Answer("i'm off", (), "Say hi to Luna for me!")),
        ("a relation, pet or job", Answer("i'm off", (), "How is your daughter?")),
        ("a relation, pet or job", Answer("今晚好累", (), "你女儿睡了吗？")),
        ("gender", Answer("my boss called", (), "What did she want?")),
        ("gender", Answer("那个谁来了", (), "她说什么？")),
        ("numbers", Answer("i ran", (), "All 12 of them!")),
        ("again", Answer("i'm late", (), "For what this time?")),
        ("again", Answer("迟到了", (), "又迟到了？")),
        ("remembers", Answer("tea?", (), "You said you hate tea.")),
        ("promises", Answer("no nuts please", (), "Noted: nuts are out.")),
        ("the thing", Answer("ok", ("so", "well"), "How's the kitchen?")),
        ("the bot was somebody else", Answer("hi", (), "Ahoy!", persona=("I am a pirate.",))),
        ("elliptical message", Answer("yes", ("a", "b"), "Good.")),
    ],
)
def test_each_sign_is_seen_where_it_is_and_not_where_it_was_heard(sign: str, answer: Answer) -> None:
    assert FEATURES[sign](answer) > 0
    if sign in {"names", "a relation, pet or job", "gender", "numbers", "again", "words of the facts"}:
        heard = Answer(f"{answer.message} {answer.reply}", answer.context, answer.reply, facts=answer.facts)
        assert FEATURES[sign](heard) == 0


def test_the_shipped_weights_are_those_of_the_labelled_exchanges(labelled: list[Labelled]) -> None:
    trained = StandsAlone.train(labelled)
    shipped = StandsAlone.shipped()
    assert trained.bias == pytest.approx(shipped.bias, abs=2e-3)
    assert dict(trained.weights) == pytest.approx(dict(shipped.weights), abs=2e-3), f"train and save {WEIGHTS} anew"


def test_of_what_is_offered_very_little_leans(labelled: list[Labelled]) -> None:
    """Five-fold: each exchange is judged by a detector that has not seen it."""
    fold = np.random.default_rng(0).permutation(len(labelled)) % 5
    offered: list[bool] = []
    for number in range(5):
        detector = StandsAlone.train([row for row, its in zip(labelled, fold, strict=True) if its != number])
        unseen = [row for row, its in zip(labelled, fold, strict=True) if its == number]
        offered += [row.stands_alone for row in unseen if detector.probability(row.answer) >= SURE]
    precision, recall = np.mean(offered), sum(offered) / sum(row.stands_alone for row in labelled)
    assert precision >= 0.97
    assert recall >= 0.7


@given(st.text(), st.lists(st.text(), max_size=2), st.text(), st.lists(st.text(), max_size=2))
def test_any_exchange_can_be_judged(message: str, context: list[str], reply: str, facts: list[str]) -> None:
    assert 0 <= StandsAlone.shipped().probability(Answer(message, tuple(context), reply, (), tuple(facts))) <= 1
