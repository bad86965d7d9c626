"""Crisis: what is taken for one, what only sounds like one, how long a talk stays in it, and what is said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from brain.crisis.answers import STAGES, Answers, answer, read_answers
from brain.crisis.detector import CrisisDetector
from brain.crisis.fitting import compare, fit
from brain.crisis.head import CrisisHead
from brain.crisis.kinds import KINDS, Crisis, CrisisSign
from brain.crisis.labelled import NATURAL, Labelled, parts, read_labelled
from brain.crisis.patterns import read_patterns
from brain.errors import CheckpointError, DataError

BOT = "I hear you."
PATTERNS = CrisisDetector()


def read(texts: Sequence[str]) -> NDArray[np.float32]:
    """An ear that only tells apart what is about storms, so that a head has something to learn."""
    return np.array([[0.0, 1.0] if "storm" in text else [1.0, 0.0] for text in texts], dtype=np.float32)


def head() -> CrisisHead:
    rows = [Labelled(f"storm {number}", "en", "self_harm") for number in range(20)]
    return fit(rows + [Labelled(f"sun {number}", "en", None) for number in range(20)], read)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("i want to kill myself", "self_harm"),
        ("I don’t want to be here anymore and I don’t mean the party", "self_harm"),
        ("everyone would be better off without me", "self_harm"),
        ("my friend says she wants to die", "self_harm"),
        ("不想活了，就是跟你说一声", "self_harm"),
        ("我站在天台上", "self_harm"),
        ("my husband hit me again", "danger_from_others"),
        ("theres a man following me", "danger_from_others"),
        ("我爸喝醉了打我妈", "danger_from_others"),
        ("好像有人跟踪我", "danger_from_others"),
        ("i want to kill my stepdad", "danger_to_others"),
        ("我怕我会伤害别人", "danger_to_others"),
        ("my chest hurts and my arm is numb", "medical_emergency"),
        ("my kid swallowed a button battery", "medical_emergency"),
        ("he's not breathing", "medical_emergency"),
        ("我爸突然胸口疼，出冷汗", "medical_emergency"),
        ("孩子吞了 纽扣电池", "medical_emergency"),
    ],
)
def test_a_crisis_is_recognised(message: str, kind: Crisis) -> None:
    sign = PATTERNS.detect([message])

    assert sign is not None
    assert (sign.kind, sign.turns_in) == (kind, 0)
    assert sign.reason


@pytest.mark.parametrize(
    "message",
    [
        "this exam is killing me",
        "i could murder a pizza",
        "shoot me an email",
        "dying to see you",
        "my phone died",
        "im dead 💀 that video",
        "how do i kill a process on linux",
        "i got killed by a creeper and lost all my diamonds",
        "why did hemingway kill himself",
        "i had a heart attack two years ago, now i run 5k",
        "my knee hurts when i climb stairs",
        "how does cpr work",
        "笑死",
        "跑步跑死我了",
        "想死你了，啥时候回来",
        "狼人杀我第一晚就被刀了",
        "我膝盖疼，上楼梯尤其",
        "心肺复苏怎么做，学校要考",
        "hello",
        "",
    ],
)
def test_what_only_sounds_like_a_crisis_is_none(message: str) -> None:
    assert PATTERNS.detect([message]) is None


@pytest.mark.parametrize(
    "after",
    [
        ["no"],
        ["i don't know"],
        ["no", "alone"],
        ["no", "i don't know", "idk"],
        ["what's the capital of france"],
    ],
)
def test_short_or_unclear_messages_after_a_crisis_are_still_in_it(after: list[str]) -> None:
    sign = PATTERNS.detect(talk("i want to die", *after))

    assert sign is not None
    assert (sign.kind, sign.turns_since, sign.turns_in) == ("self_harm", len(after), len(after))


@pytest.mark.parametrize(
    "messages",
    [
        ["i want to die", "no", "anyway, whats a good pasta recipe"],
        ["i want to die", "i will", "my sister is here, thank you"],
        ["i want to die", "no", "i'm safe now"],
        ["不想活了", "没有", "我室友来了，谢谢你"],
        ["不想活了", "没有", "对了，明天天气怎么样"],
        ["kill me", "just kidding"],
    ],
)
def test_an_all_clear_or_another_matter_ends_it(messages: list[str]) -> None:
    assert PATTERNS.detect(talk(*messages)) is None


def test_it_does_not_last_for_ever() -> None:
    assert PATTERNS.detect(talk("i want to die", *["hm"] * 6)) is not None
    assert PATTERNS.detect(talk("i want to die", *["hm"] * 7)) is None


def test_i_am_not_ok_is_no_all_clear() -> None:
    assert PATTERNS.detect(talk("i want to die", "no", "im not ok")) is not None


def test_a_yes_to_the_question_about_dying_is_a_sign() -> None:
    question = "That sounds heavy. Are you thinking of killing yourself?"

    sign = PATTERNS.detect(["whats up with me", question, "maybe"])

    assert sign is not None
    assert sign.kind == "self_harm"
    assert PATTERNS.detect(["whats up with me", question, "no, just tired"]) is None


@pytest.mark.parametrize(
    ("question", "message", "kind"),
    [
        ("Is there any numbness or trouble with the bladder?", "yeah bit numb", "medical_emergency"),
        ("Call the poison line right away.", "15 min ago", "medical_emergency"),
        ("Call poison control now. How is he?", "he looks fine tho, can i wait til morning", "medical_emergency"),
        ("Are you thinking about hurting yourself?", "not today", "self_harm"),
        ("Has he ever hurt you?", "only the once, he was drunk", "danger_from_others"),
        ("你是不是有伤害自己的打算？", "没有，东西都送人了", "self_harm"),
        ("请马上打急救电话。他怎么样？", "看着挺好，明早再去行不行", "medical_emergency"),
    ],
)
def test_a_short_answer_to_a_question_about_danger_keeps_to_it(question: str, message: str, kind: Crisis) -> None:
    sign = PATTERNS.detect(["hi", question, message])

    assert sign is not None
    assert sign.kind == kind


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("Are you ok? Do you feel safe?", "yes all good, just bored"),
        ("Is there any numbness or trouble with the bladder?", "no, nothing like that"),
        ("Has she ever hurt you?", "god no, she is 5"),
        ("你是不是想伤害自己？", "没有没有，就是累，想看个电影"),
        ("Do you have eggs?", "yeah a few"),
    ],
)
def test_an_all_clear_to_a_question_about_danger_is_none(question: str, message: str) -> None:
    assert PATTERNS.detect(["hi", question, message]) is None


def test_signs_that_are_one_only_together_count_together() -> None:
    swollen, flight = "my calf is swollen", "got off a 9 hour flight yesterday"

    assert PATTERNS.detect([f"{swollen} and sore, {flight}"]) is not None
    assert PATTERNS.detect([flight]) is None


def test_most_messages_worded_as_people_word_them_are_told_apart() -> None:
    rows = read_labelled(NATURAL)
    found = [row for row in rows if PATTERNS.detect([*row.before, row.message])]
    serious = [row for row in found if row.kind]

    assert len(serious) >= 0.9 * sum(row.kind is not None for row in rows)
    assert len(serious) >= 0.9 * len(found)


@pytest.mark.parametrize(
    "message",
    [
        "my ear has been ringing since he hit me last night",
        "i put my little one in the wardrobe and told her to be quiet, hes downstairs breaking plates",
        "昨晚挨了他一巴掌，耳朵到现在还嗡嗡响",
    ],
)
def test_who_is_hurt_and_says_so_is_spoken_to_as_the_one_hurt(message: str) -> None:
    sign = PATTERNS.detect([message])

    assert sign is not None
    assert (sign.kind, sign.about_another) == ("danger_from_others", False)


def test_everyday_conflict_is_none() -> None:
    assert PATTERNS.detect(["parents gave my brother the last drumstick again"]) is None


def test_what_the_bot_said_is_not_taken_for_the_person() -> None:
    assert PATTERNS.detect(["hi", "If you want to die, call a crisis line.", "nice weather"]) is None


def test_it_tells_whose_crisis_it_is() -> None:
    friend, own = (PATTERNS.detect([text]) for text in ("my friend wants to kill herself", "i want to kill myself"))

    assert friend is not None
    assert own is not None
    assert (friend.about_another, own.about_another) == (True, False)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.text(max_size=60), max_size=6))
def test_any_text_at_all_can_be_looked_at_and_answered(turns: list[str]) -> None:
    sign = PATTERNS.detect(turns) or CrisisSign("self_harm", 1.0, "")

    assert answer(sign, turns, [])


@pytest.mark.parametrize("text", ["我" * 9000, "i " * 9000, "kill me my mom " * 900, "\ud800", "\x00" * 50])
def test_hostile_text_is_looked_at(text: str) -> None:
    PATTERNS.detect([text])


def test_most_labelled_messages_that_nothing_was_fitted_on_are_told_apart() -> None:
    _, held_back = parts(read_labelled())

    for language in ("en", "zh"):
        figures = compare(PATTERNS, [row for row in held_back if row.language == language])["patterns"]
        assert figures.recall >= 0.95
        assert figures.precision >= 0.9


def test_the_labelled_messages_are_many_and_of_each_kind() -> None:
    rows = read_labelled()

    assert len(rows) >= 900
    assert {row.kind for row in rows} == {*KINDS, None}
    assert len({row.message for row in rows}) == len(rows)


def test_a_head_finds_what_patterns_do_not(tmp_path: Path) -> None:
    head().save(tmp_path / "head")
    detector = CrisisDetector.load(tmp_path / "head", read)

    sign = detector.detect(["a storm in me"])

    assert sign is not None
    assert sign.kind == "self_harm"
    assert 0.5 < sign.confidence <= 1
    assert detector.detect(["sun in me"]) is None
    assert detector.detect(["i want to die"]) is not None
    figures = compare(detector, [Labelled("a storm", "en", "self_harm"), Labelled("sun", "en", None)])
    assert (figures["patterns"].recall, figures["head"].recall, figures["joined"].precision) == (0, 1, 1)


def test_the_same_messages_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        head().save(tmp_path / name)

    assert (tmp_path / "one/manifest.json").read_bytes() == (tmp_path / "two/manifest.json").read_bytes()


@pytest.mark.parametrize("folder", [None, Path("not/there")])
def test_without_a_head_patterns_work_alone(folder: Path | None) -> None:
    assert CrisisDetector.load(folder, read).detect(["i want to die"]) is not None


@pytest.mark.parametrize("name", ["config.json", "head-00001.safetensors", "manifest.json"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_head_is_refused(tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "head"
    head().save(folder)
    file = folder / name
    file.unlink() if damage == "missing" else file.write_bytes(b"x" + file.read_bytes())

    with pytest.raises(CheckpointError, match="head"):
        CrisisDetector.load(folder, read)


@pytest.mark.parametrize("threshold", [0.0, 1.5, float("nan")])
def test_a_head_with_impossible_numbers_is_refused(tmp_path: Path, threshold: float) -> None:
    fitted = head()
    CrisisHead(fitted.weights, fitted.bias, threshold).save(tmp_path / "head")

    with pytest.raises(CheckpointError, match="threshold"):
        CrisisHead.load(tmp_path / "head")


def test_a_head_for_another_ear_is_refused(tmp_path: Path) -> None:
    head().save(tmp_path / "head")

    with pytest.raises(CheckpointError, match="reads 2 numbers, the ear gives 3"):
        CrisisDetector.load(tmp_path / "head", lambda texts: np.ones((len(texts), 3), dtype=np.float32))


@pytest.mark.parametrize(
    "content", ["", "[words]", "idioms = [", "idioms = ['(']\n[words]\n[framed]\n[about]\n[after]"]
)
def test_a_damaged_file_of_patterns_or_answers_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "file.toml"
    file.write_text(content)

    for reader in (read_patterns, read_answers):
        with pytest.raises(DataError, match=r"file\.toml"):
            reader(file)


@pytest.mark.parametrize(
    ("language", "message", "phrase"), [("en", "help", "your local"), ("zh", "救我", "你所在地的")]
)
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_points_to_help_and_asks_one_question(language: str, message: str, phrase: str, kind: Crisis) -> None:
    for turns_in in range(4):
        said = answer(CrisisSign(kind, 1.0, "", turns_in=turns_in), [message], [])

        assert phrase in said
        assert said.count("?") + said.count("？") == 1
        assert said.index(phrase) < max(said.find("?"), said.find("？"))
        assert ("你" in said) == (language == "zh")


def test_the_operators_numbers_are_named() -> None:
    said = answer(CrisisSign("self_harm", 1.0, ""), ["i want to die"], [], help_line="988 or 911")

    assert "988 or 911" in said
    assert "your local" not in said


@pytest.mark.parametrize("about_another", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_is_said_twice(kind: Crisis, about_another: bool) -> None:
    said: list[str] = []
    for turns_in in range(16):
        sign = CrisisSign(kind, 1.0, "", about_another, turns_in=turns_in)
        said.append(answer(sign, ["no"], said))

    assert len(set(said[:14])) == 14
    assert set(said[14:]) <= {*said[:14], *said[14:]}


def test_answers_are_many_and_short() -> None:
    for groups in Answers.shipped().lines.values():
        for stages in groups.values():
            for stage in STAGES:
                assert len(stages[stage]) >= 4
                assert all(len(line) < 180 for line in stages[stage])


def talk(*messages: str) -> list[str]:
    """The messages of a person, with something from the bot between them."""
    return [turn for message in messages for turn in (message, BOT)][:-1]
