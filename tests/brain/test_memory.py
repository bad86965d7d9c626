"""The memory of written exchanges: what it finds, what it leaves out, and that it finds exactly what it should."""

from __future__ import annotations

import dataclasses
import math
import threading
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.memory.ellipsis import is_elliptical
from brain.memory.filters import SURE, style_fits
from brain.memory.holding import Heard, holds_here
from brain.memory.particulars import speaks_of_itself
from brain.memory.query import Query, Weights
from brain.memory.response_memory import ResponseMemory
from brain.memory.rows import MemoryRow, rows_of
from brain.memory.stands_alone import StandsAlone
from brain.memory.vectors import quantise
from brain.text.dialogues import parse_dialogue
from tests.brain.reading import read

SLEEP, CAT = "Try reading something dull.", "Poor thing! Has a vet seen it?"
ROWS = (
    MemoryRow("i can't sleep", (), SLEEP, lang="en"),
    MemoryRow("my cat is ill", (), CAT, lang="en"),
    MemoryRow("yes", ("hi", "do you like tea?"), "Green or black?", lang="en"),
    MemoryRow("yes", ("hi", "shall we bake bread?"), "Flour first.", lang="en"),
    MemoryRow("why", (), "Why not? What is it about?", lang="en"),
    MemoryRow("why?", ("the sky is blue", "Blue light is scattered most."), "Its waves are short.", lang="en"),
    MemoryRow("你好吗", (), "很好，你呢？", lang="zh"),
    MemoryRow("今天天气很冷", (), "多穿点衣服。", lang="zh"),
    MemoryRow("那两个人呢", ("番茄鸡蛋面怎么做", "番茄两个，鸡蛋一个，面一把。"), "都翻倍就行。", lang="zh"),
)


@pytest.fixture
def memory() -> ResponseMemory:
    return ResponseMemory.of(ROWS, read)


def _replies(memory: ResponseMemory, query: Query, count: int = 9) -> list[str]:
    return [match.row.reply for match in memory.search(query, count)]


def _one(**changes: object) -> ResponseMemory:
    return ResponseMemory.of([dataclasses.replace(ROWS[0], **changes)], read)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("turns", "reply"),
    [
        (("why can I not sleep?",), SLEEP),
        (("i cnat slepe",), SLEEP),  # characters carry typos
        (("my cats are ill",), CAT),
        (("hey", "do you like some tea?", "yes"), "Green or black?"),
        (("hey", "shall we bake some bread?", "yes"), "Flour first."),
        (("the sky is blue today", "Blue light is scattered.", "but why"), "Its waves are short."),
        (("why",), "Why not? What is it about?"),
        (("你好！",), "很好，你呢？"),
        (("天气冷",), "多穿点衣服。"),
        (("番茄面怎么做", "番茄两个，鸡蛋一个。", "两个人呢"), "都翻倍就行。"),
    ],
)
def test_the_nearest_exchange_is_found(memory: ResponseMemory, turns: tuple[str, ...], reply: str) -> None:
    assert _replies(memory, Query(turns), 1) == [reply]


def test_an_elliptical_message_matches_by_its_context_or_not_at_all(memory: ResponseMemory) -> None:
    after_something = memory.search(Query(("i like tea", "What kind?", "no")), 9)
    assert all(match.row.context for match in after_something)
    assert all(match.meaning == match.context for match in after_something)
    assert not any(match.row.context for match in memory.search(Query(("no",)), 9))


def test_an_opener_that_is_elliptical_is_no_answer_in_the_middle_of_a_talk(memory: ResponseMemory) -> None:
    assert "Why not? What is it about?" not in _replies(memory, Query(("a", "b", "why is the sky blue")))
    assert "Its waves are short." not in _replies(memory, Query(("why is the sky blue",)))


def test_what_was_said_is_left_out_and_no_reply_comes_twice() -> None:
    memory = ResponseMemory.of([*ROWS, *[MemoryRow(f"sleep {word}", (), "Count sheep.") for word in "abcdefg"]], read)
    assert set(_replies(memory, Query(("i can't sleep",)), 2)) == {"Count sheep.", SLEEP}
    assert "Count sheep." not in _replies(memory, Query(("sleep",), said=("Count sheep.",)))


@pytest.mark.parametrize(
    ("row", "query", "offered"),
    [
        # persona: its own rows, or those in which the bot says nothing of itself
        ({"persona": ()}, {"persona": ("I am Familiar.",)}, True),
        ({"persona": ()}, {"persona": ("I am a pirate.",)}, True),
        ({"persona": (), "reply": "I never sleep."}, {"persona": ("I am a pirate.",)}, False),
        ({"persona": ("I am a pirate.",), "reply": "I sleep in me hammock."}, {}, False),
        ({"persona": ("I am a pirate.",), "reply": "I sleep in me hammock."}, {"persona": ("I am a pirate.",)}, True),
        ({"persona": ("I am a pirate.",), "reply": 'Say "I can\'t sleep."'}, {}, True),
        # language
        ({"lang": "en"}, {"lang": "zh"}, False),
        ({"lang": ""}, {"lang": "zh"}, True),
        # style: no longer than wanted, no emoji unwanted, no clashing tone
        ({"style": "long casual plain"}, {"style": "medium casual plain"}, False),
        ({"style": "short casual plain"}, {"style": "medium casual plain"}, True),
        ({"style": "short casual emoji"}, {"style": "short casual plain"}, False),
        ({"style": "short casual plain"}, {"style": "short casual emoji"}, True),
        ({"style": "short playful plain"}, {"style": "short formal plain"}, False),
        ({"style": "short neutral plain"}, {"style": "short formal plain"}, True),
        ({"style": ""}, {"style": "short formal plain"}, True),
        ({"style": "short playful plain"}, {"style": "as you like"}, True),
        # whose row it is
        ({"source": "operator"}, {}, True),
        ({"source": "person:7"}, {}, False),
        ({"source": "person:7"}, {"sources": ("server:1", "person:7")}, True),
        ({"source": "server:2"}, {"sources": ("server:1", "person:7")}, False),
        # what the reply rests on
        ({"stands_alone": 0.5}, {}, False),
        ({"stands_alone": 0.5}, {"facts": ("has a dog",)}, False),
        ({"stands_alone": 0.5, "facts": ("has a dog",)}, {"facts": ("has a dog", "is ten")}, True),
        ({"stands_alone": 0.5, "facts": ("has a dog", "is ten")}, {"facts": ("has a dog",)}, False),
    ],
)
def test_a_row_is_offered_only_where_it_fits(row: dict[str, object], query: dict[str, object], offered: bool) -> None:
    found = _replies(_one(**row), Query(("i can't sleep",), **query))  # pyright: ignore[reportArgumentType]
    assert bool(found) is offered


@pytest.mark.parametrize(
    ("message", "reply", "heard", "holds"),
    [
        ("she's called biscuit", "Biscuit! Is she calm?", "she is called Rex", False),
        ("she's called biscuit", "Biscuit! Is she calm?", "her name's biscuit", True),
        ("i live in Lyon", "What do you like about Lyon?", "i live in Oslo", False),
        ("12 drawings by the 30th", "Twelve! How long does one take?", "5 drawings by the 30th", False),
        ("12 drawings by the 30th", "Twelve! How long does one take?", "twelve drawings to do", True),
        ("my mum shouted", "What did your mother say?", "my boss shouted", False),
        ("my mum shouted", "What did your mother say?", "mom yelled", True),
        ("my brother left", "Where did he go?", "my sister left", False),
        ("my brother left", "Where did he go?", "my uncle left", True),
        ("capital of france", "Paris, with 20 districts.", "what's the capital of france?", True),  # not from the talk
        ("我女儿哭了", "女儿哭了多久？", "我儿子哭了", False),
        ("我女儿哭了", "女儿哭了多久？", "我女儿一直哭", True),
    ],
)
def test_what_a_reply_takes_up_from_its_talk_must_be_said_here_too(
    message: str, reply: str, heard: str, holds: bool
) -> None:
    assert holds_here(MemoryRow(message, (), reply), Heard.of(heard)) is holds


def test_rows_of_the_corpus_carry_their_talk() -> None:
    talk = {
        "turns": [{"speaker": "ab"[n % 2], "text": text} for n, text in enumerate(("hi", "hey", "why", "so", "", "x"))],
        "persona": {"a": ["has a cat"], "b": ["I am Familiar."]},
        "style": {"length": "short", "tone": "casual", "emoji": False},
    }
    pirate = {**talk, "persona": {"b": ["I am a pirate."]}}
    rows = list(rows_of(map(parse_dialogue, (talk, pirate)), StandsAlone.shipped()))
    assert [(row.context, row.message, row.reply) for row in rows[:2]] == [
        ((), "hi", "hey"),
        (("hi", "hey"), "why", "so"),
    ]
    assert [row.persona for row in rows] == [(), (), ("I am a pirate.",), ("I am a pirate.",)]  # no answer to nothing
    assert (rows[0].facts, rows[0].style, rows[0].lang, rows[0].source) == (
        ("has a cat",), "short casual plain", "en", "corpus",
    )  # fmt: skip
    del talk["style"]
    assert not list(rows_of([parse_dialogue(talk)], StandsAlone.shipped()))


def test_a_row_is_named_by_its_content() -> None:
    row = MemoryRow("a", ("b",), "c")
    assert row.id == MemoryRow("a", ("b",), "c", stands_alone=0.5).id
    assert len({row.id, MemoryRow("a", (), "c").id, MemoryRow("ab", (), "c").id, MemoryRow("a", ("b",), "d").id}) == 4
    with pytest.raises(ValueError, match="at most 2"):
        MemoryRow("a", ("b", "c", "d"), "e")


def test_vectors_of_what_was_found_are_at_hand(memory: ResponseMemory) -> None:
    found = memory.search(Query(("i can't sleep",)), 2)
    messages, replies = memory.vectors([match.place for match in found])
    assert np.array_equal(messages, quantise(read([match.row.message for match in found])))
    assert np.array_equal(replies, quantise(read([match.row.reply for match in found])))


def test_vectors_that_are_given_are_not_read_again() -> None:
    count = Counter[str]()

    def counting(texts: Sequence[str]) -> np.ndarray:
        count.update(texts)
        return read(texts)

    memory = ResponseMemory.of(ROWS, counting)
    count.clear()
    message, context = read(["yes", "do you like tea?\nyes"])
    query = Query(("do you like tea?", "yes"), message_vector=message, context_vector=context)
    assert _replies(memory, query, 1) == ["Green or black?"]
    assert not count
    assert memory.search(dataclasses.replace(query, message_vector=None, context_vector=None), 9) == memory.search(
        query, 9
    )


def test_an_empty_memory_finds_nothing_and_can_be_filled() -> None:
    memory = ResponseMemory(read)
    assert memory.search(Query(("hello",)), 3) == []
    memory.add(ROWS)
    assert _replies(memory, Query(("i can't sleep",)), 1) == [SLEEP]
    assert memory.search(Query(("hello",)), 0) == []


def test_what_one_person_taught_goes_at_their_wish(memory: ResponseMemory) -> None:
    secret = MemoryRow("my code word", (), "Marzipan.", facts=("likes marzipan",), source="person:7")
    memory.add([secret, dataclasses.replace(secret, source="person:8")])
    query = Query(("my code word",), sources=("person:7", "person:8"))
    assert memory.search(query, 1)[0].row == secret
    assert memory.remove_source("person:7") == 1
    assert memory.search(query, 1)[0].row.source == "person:8"
    assert memory.remove_source("person:8") == 1
    assert "Marzipan." not in _replies(memory, query)
    assert memory.remove_source("person:8") == 0


def test_places_stay_when_other_rows_come_and_go(memory: ResponseMemory) -> None:
    memory.add([MemoryRow("parrot", (), "Squawk."), MemoryRow("hamster", (), "Wheel.")])
    before = memory.search(Query(("hamster",)), 1)[0]
    memory.remove([ROWS[0].id, MemoryRow("parrot", (), "Squawk.").id])
    after = memory.search(Query(("hamster",)), 1)[0]
    assert after.place == before.place
    assert np.array_equal(memory.vectors([after.place])[1][0], quantise(read(["Wheel."]))[0])


def test_searches_see_one_moment_while_rows_come_and_go(memory: ResponseMemory) -> None:
    pair = [MemoryRow("thunder", (), "One.", source="operator"), MemoryRow("thunder", (), "Two.", source="operator")]
    done = threading.Event()

    def change() -> None:
        for _ in range(30):
            memory.add(pair)
            memory.remove_source("operator")
        done.set()

    thread = threading.Thread(target=change)
    thread.start()
    while not done.is_set():
        found = set(_replies(memory, Query(("thunder",)))) & {"One.", "Two."}
        assert len(found) != 1
    thread.join()
    assert len(memory) == len(ROWS)


# Against a plain reference

_WORDS = (
    "sleep",
    "cats",
    "café",
    "no",
    "why",
    "tea",
    "tired",
    "7",
    "你好",
    "为什么",
    "天气冷",
    "那",
    "😂",
    "?!",
    "A b",
)
_texts = st.lists(st.sampled_from(_WORDS), max_size=3).map(" ".join)
_rows = st.builds(
    MemoryRow,
    message=_texts,
    context=st.lists(_texts, max_size=2).map(tuple),
    reply=st.sampled_from(("One.", "Two, my dear.", "三。", "Four!", "I say five.", "Six")),
    persona=st.sampled_from(((), ("I am a pirate.",))),
    facts=st.sampled_from(((), ("has a dog",))),
    style=st.sampled_from(("", "short casual plain", "long formal emoji")),
    lang=st.sampled_from(("en", "zh")),
    source=st.sampled_from(("corpus", "person:7")),
    stands_alone=st.sampled_from((0.5, 1.0)),
)
_queries = st.builds(
    Query,
    turns=st.lists(_texts, min_size=1, max_size=4).map(tuple),
    said=st.sampled_from(((), ("One.",))),
    persona=st.sampled_from(((), ("I am Familiar.",), ("I am a pirate.",))),
    facts=st.sampled_from(((), ("has a dog",))),
    style=st.sampled_from(("", "short casual plain")),
    lang=st.sampled_from(("", "en")),
    sources=st.sampled_from(((), ("person:7",))),
)


def _grams(text: str) -> set[str]:
    text = f" {text.lower()} "
    chinese = ["\u3400" <= letter <= "\u9fff" for letter in text]
    plain = "".join(
        letter if (letter.isalnum() or letter == "😂") and not sign else " "
        for letter, sign in zip(text, chinese, strict=True)
    )
    found = {plain[at - 1 : at + 2] for at in range(len(text)) if plain[at] != " "}
    found |= {text[at] for at in range(len(text)) if chinese[at]}
    return found | {text[at : at + 2] for at in range(len(text) - 1) if chinese[at] and chinese[at + 1]}


def _character_cosine(one: str, other: str, texts: Sequence[str]) -> float:
    counts = Counter(gram for text in texts for gram in _grams(text))

    def length(grams: set[str]) -> float:
        return math.sqrt(sum((1 + math.log((1 + len(texts)) / (1 + counts[gram]))) ** 2 for gram in grams))

    both = length(_grams(one)), length(_grams(other))
    return length(_grams(one) & _grams(other)) ** 2 / (both[0] * both[1]) if all(both) else 0.0


def _cosine(one: str, other: str) -> float:
    first, second = quantise(read([one, other])).astype(int)
    return int(first @ second) / 127**2


def _may_be_offered(row: MemoryRow, query: Query) -> bool:
    history, elliptical = len(query.turns) > 1, is_elliptical(query.turns[-1])
    persona = () if query.persona == ("I am Familiar.",) else query.persona
    side = bool(row.context) == history
    return (
        (side if elliptical or is_elliptical(row.message) or not history else True)
        and row.source in ("corpus", *query.sources)
        and query.lang in ("", row.lang)
        and style_fits(row.style, query.style)
        and (row.persona == persona or not speaks_of_itself(row.reply))
        and (row.stands_alone >= SURE or (row.facts != () and set(row.facts) <= set(query.facts)))
        and row.reply not in query.said
        and holds_here(row, Heard.of(query.heard))
    )


def _reference(row: MemoryRow, query: Query, weights: Weights, texts: Sequence[str]) -> float:
    context = _cosine("\n".join(query.turns[-3:]), "\n".join((*row.context, row.message)))
    by_context = (is_elliptical(query.message) and len(query.turns) > 1) or (
        is_elliptical(row.message) and bool(row.context)
    )
    message = context if by_context else _cosine(query.message, row.message)
    characters = _character_cosine(query.message, row.message, texts)
    return weights.message * message + weights.context * context + weights.characters * characters


@settings(deadline=None, max_examples=150)
@given(st.lists(_rows, max_size=12), st.lists(_rows, max_size=4), _queries, st.integers(1, 5))
def test_a_search_finds_what_a_plain_reference_finds(
    begun: list[MemoryRow], added: list[MemoryRow], query: Query, count: int
) -> None:
    weights = Weights(0.4, 0.35, 0.25)
    memory = ResponseMemory.of(begun, read, weights)
    memory.add(added)
    best: dict[str, float] = {}
    for row in (*begun, *added):
        if _may_be_offered(row, query):
            score = _reference(row, query, weights, [row.message for row in begun])
            best[row.reply] = max(score, best.get(row.reply, -9.0))
    found = memory.search(query, count)
    assert [match.score for match in found] == pytest.approx(sorted(best.values(), reverse=True)[:count], abs=1e-5)
    assert [match.score for match in found] == pytest.approx([best[match.row.reply] for match in found], abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(_rows, max_size=6), st.lists(st.tuples(st.sampled_from(("add", "remove", "source")), _rows), max_size=8)
)
def test_rows_come_and_go_as_in_a_list(begun: list[MemoryRow], changes: list[tuple[str, MemoryRow]]) -> None:
    memory, expected = ResponseMemory.of(begun, read), list(begun)
    for change, row in changes:
        if change == "add":
            memory.add([row])
            expected.append(row)
        elif change == "remove":
            left = [kept for kept in expected if kept.id != row.id]
            assert memory.remove([row.id, "unknown"]) == len(expected) - len(left)
            expected = left
        else:
            left = [kept for kept in expected if kept.source != row.source]
            assert memory.remove_source(row.source) == len(expected) - len(left)
            expected = left
        assert list(memory.rows()) == expected
        assert len(memory) == len(expected)
    fresh = ResponseMemory.of(expected, read).search(Query(("sleep 你好",)), 9)
    assert {match.row.reply for match in memory.search(Query(("sleep 你好",)), 9)} == {m.row.reply for m in fresh}


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(), min_size=1, max_size=4), st.text(), st.text())
def test_any_text_can_be_remembered_and_asked(turns: list[str], message: str, reply: str) -> None:
    memory = ResponseMemory.of([MemoryRow(message, tuple(turns[:2]), reply), ROWS[0]], read)
    for match in memory.search(Query(tuple(turns), facts=(reply,), lang="en"), 3):
        assert math.isfinite(match.score)
    assert memory.remove([MemoryRow(message, tuple(turns[:2]), reply).id]) >= 1
