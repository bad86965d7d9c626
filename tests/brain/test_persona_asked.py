"""Facts asked back: exactly, honestly where nothing was told, and never another person's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from brain.persona.answering import answer
from tests.brain.persona_probes import UNKNOWN, Probe, probes
from tests.brain.persona_telling import told

ASKED: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("persona_asked.jsonl").read_text("utf-8").splitlines()
]


def is_honest_no(said: str) -> bool:
    return "haven't told me" in said or "还没告诉我" in said


def is_right(probe: Probe) -> bool:
    said = answer(told(*probe.told), probe.asked) or ""
    says = all(word.lower() in said.lower() for word in probe.says if word != UNKNOWN)
    return says and is_honest_no(said) == (UNKNOWN in probe.says) and not any(word in said for word in probe.never)


@pytest.mark.parametrize("row", ASKED, ids=lambda row: f"{row['told'][-1]} - {row['ask']}")
def test_a_question_written_by_hand_is_answered(row: dict[str, Any]) -> None:
    said = answer(told(*row["told"]), row["ask"])

    assert (said is None) == (row["kind"] == "none")
    assert is_honest_no(said or "") == (row["kind"] == "unknown")
    assert all(word.lower() in (said or "").lower() for word in row["says"])
    assert not any(word.lower() in (said or "").lower() for word in row["never"])


def test_500_generated_questions_are_answered_and_none_with_another_persons_fact() -> None:
    generated = probes()

    wrong = [probe for probe in generated if not is_right(probe)]

    assert len(generated) == 500
    assert len(wrong) <= 10
    assert not [probe for probe in wrong if probe.kind == "another's"]


@pytest.mark.parametrize(
    "message",
    ["hello", "", "?", "where do cats live", "what do i do about my boss", "how old are you", "你叫什么", "我该怎么办"],
)
def test_what_asks_for_no_fact_of_the_person_is_not_answered(message: str) -> None:
    assert answer(told("i live in Oslo"), message) is None


def test_a_withdrawn_fact_is_in_no_later_answer() -> None:
    state = told("my name is Bo and i live in Oslo", "forget where i live")

    answers = [
        answer(state, asked) or "" for asked in ("where do i live", "what do you know about me", "do i live in Rome")
    ]

    assert not any("Oslo" in said for said in answers)


def test_answers_vary_from_turn_to_turn() -> None:
    talks = [["i live in Oslo", *["hm"] * count] for count in range(12)]

    assert len({answer(told(*talk), "where do i live?") for talk in talks}) > 1
