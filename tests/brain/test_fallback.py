"""The fallback: what it takes a message for, what it finds it to be about, and that it does not repeat itself."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brain.errors import CheckpointError
from brain.fallback.fallback import Fallback
from brain.fallback.forms import form_of
from brain.fallback.frames import FrameChoice, frames_of
from brain.fallback.kind_head import fit, load_head
from brain.fallback.sections import sections_of
from brain.fallback.topic import topic_of
from brain.text.language import LANGUAGES, Language, language_of

_SIZE = 192


def read(texts: Sequence[str]) -> np.ndarray:
    """Read like an ear of the simplest kind: a unit vector of the words, and of the signs of Chinese."""
    rows = np.zeros((len(texts), _SIZE), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in re.findall(r"[a-z']+|[\u4e00-\u9fff]", text.lower()) or ["?"]:
            row[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % _SIZE] += 1
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fallback") / "head"
    fit(path, read)
    return path


@pytest.fixture(scope="module")
def fallback(folder: Path) -> Fallback:
    return Fallback.load(folder, read)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_examples_and_frames_enough(language: Language) -> None:
    frames = frames_of(language)
    examples = sections_of(f"examples.{language}.txt")
    for kind, lines in examples.items():
        assert len(set(lines)) == len(lines) >= 25, kind
    assert examples.keys() <= frames.keys()
    for kind, found in frames.items():
        assert len({*found.openers, *found.asks, *found.wholes}) >= 15, kind
        assert all("{" not in half for half in found.asks[:3]), kind


@pytest.mark.parametrize(("language", "longest"), [("en", 25), ("zh", 44)])
def test_replies_are_short(language: Language, longest: int) -> None:
    for frames in frames_of(language).values():
        for opener, ask in frames.pairs():
            text = f"{opener} {ask}".strip()
            assert len(text.split() if language == "en" else text) <= longest, text


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("we won the cup final!!", "good_news"),
        ("my grandmother died yesterday", "grief"),
        ("i want to die", "crisis"),
        ("don't want to be alive any more", "crisis"),
        ("should i keep the red coat or the blue one", "decision"),
        ("how do i get ink out of a shirt", "how_to"),
        ("how do i tell my parents i failed", "advice"),
        ("what's the weather in rome tomorrow", "live"),
        ("write me a birthday message for my boss", "write"),
        ("tell me a joke about ducks", "joke"),
        ("thank you so much", "thanks"),
        ("good night", "bye"),
        ("are you a robot", "about_bot"),
        ("\u2026", "unclear"),
        ("👍👍", "unclear"),
        ("Как дела сегодня", "foreign"),
        ("我不想活了", "crisis"),
        ("爷爷昨天去世了", "grief"),
        ("明天天气怎么样", "live"),
        ("推荐一本书", "recommend"),
        ("谢谢你", "thanks"),
        ("晚安", "bye"),
    ],
)
def test_a_message_is_taken_for_what_it_is(fallback: Fallback, message: str, kind: str) -> None:
    assert fallback.reply([message], [], 1).kind == kind


@pytest.mark.parametrize(
    ("turns", "kind"),
    [
        (["i got a puppy", "Lovely! What's the name?", "biscuit"], "answer"),
        (["how long do i boil an egg", "About eight minutes.", "and two?"], "follow_up"),
        (["is a tomato a fruit", "Botanically, yes.", "ketchup must be jam then"], "remark"),
        (["我养了只狗", "叫什么名字呀?", "豆包"], "answer"),
        (["红烧肉要焯水吗", "要的。", "那要多久"], "follow_up"),
    ],
)
def test_what_was_said_before_tells_how_to_take_a_short_message(
    fallback: Fallback, turns: list[str], kind: str
) -> None:
    assert fallback.reply(turns, [], 1).kind == kind


@pytest.mark.parametrize(
    ("message", "form"),
    [
        ("why is the sea salty", "asks"),
        ("i left the oven on, is that bad", "asks"),
        ("can you write me a note", "requests"),
        ("hey so give me a name for a goat", "requests"),
        ("my goat ate a hat", "tells"),
        ("为什么天是蓝的", "asks"),
        ("帮我起个名字", "requests"),
        ("我家的山羊跑了", "tells"),
    ],
)
def test_a_message_asks_or_requests_or_tells(message: str, form: str) -> None:
    assert form_of(message, language_of([message])) == form


# fmt: off
PROBES: list[tuple[str, str | None]] = [
    ("my landlord put the rent up", "your landlord"),
    ("my cat won't eat", "your cat"),
    ("our kitchen smells of paint", "your kitchen"),
    ("my sister's wedding is in may", "your sister's wedding"),
    ("my best friend has stopped calling", "your best friend"),
    ("my left shoe squeaks", "your left shoe"),
    ("my chess club is closing", "your chess club"),
    ("my iguana is shedding", "your iguana"),
    ("my iguana sheds everywhere", None),
    ("the boiler bangs at night", "the boiler"),
    ("the washing machine ate a sock", "the washing machine"),
    ("i bought a tent", "the tent"),
    ("i bought a second-hand piano", "the second-hand piano"),
    ("why are tomatoes red", "tomatoes"),
    ("do wasps sleep", "wasps"),
    ("can rabbits swim", "rabbits"),
    ("is a banana a berry", "a banana"),
    ("tell me about lighthouses", None),
    ("tell me about whales", "whales"),
    ("a poem about rain please", "rain"),
    ("what wine should i bring", "wine"),
    ("how much rice for two", "rice"),
    ("how do you say hello in danish", None),
    ("what's the time", None),
    ("i got the job", "the job"),
    ("my exam went badly", "your exam"),
    ("my back hurts", "your back"),
    ("her cat scratched me", None),
    ("his boss is awful", None),
    ("what is your name", None),
    ("i'm a nurse", None),
    ("hello", None),
    ("ugh", None),
    ("no", None),
    ("thank you", None),
    ("i feel lost", None),
    ("i want to go home", None),
    ("we should fish tomorrow", None),
    ("i cook every day", None),
    ("my shitty car broke", None),
    ("my dick hurts", None),
    ("my thing is gone", None),
    ("my day was long", None),
    ("my name is rose", None),
    ("the thing with that place", None),
    ("at the end of the day", None),
    ("i lost my umbrella on the train", "your umbrella"),
    ("someone stole my bike seat", "your bike seat"),
    ("my dad's scan is on friday", "your dad's scan"),
    ("my mum's been knitting", "your mum"),
    ("the radiator's cold", "the radiator"),
    ("MY NEIGHBOUR IS LOUD", "your neighbour"),
    ("my neighbour\u2019s dog barks", "your neighbour's dog"),
    ("i keep dreaming about bees", "bees"),
    ("the new manager starts monday", "the new manager"),
    ("need a name for my boat", "your boat"),
    ("is it weird to sing in the shower", None),
    ("😀😀", None),
    ("asdfgh", None),
    ("12 + 7", None),
    ("ok", None),
    ("the garden is full of snails", "the garden"),
    ("why does my phone get hot", "your phone"),
    ("i dropped my laptop", "your laptop"),
    ("fever since sunday", None),
    ("moving house next week", None),
    ("我妈又催我", "你妈妈"),
    ("我爸学会了发语音", "你爸爸"),
    ("我弟把牛奶喝光了", "你弟弟"),
    ("我家狗会开门", "你家狗"),
    ("我家猫不见了", "你家猫"),
    ("我的耳机坏了", "你的耳机"),
    ("我手机掉了", "你手机"),
    ("我室友打呼噜", "你室友"),
    ("室友又不洗碗", "你室友"),
    ("老公忘了纪念日", "你老公"),
    ("房东要涨价", "你房东"),
    ("领导今天发火了", "你领导"),
    ("他的室友真吵", None),
    ("她女儿很可爱", None),
    ("你喜欢什么", None),
    ("面试官迟到了", "面试官"),
    ("洗衣机漏水了", "洗衣机"),
    ("为什么蚊子咬我", "蚊子"),
    ("螃蟹怎么蒸", "螃蟹"),
    ("地铁上有人唱歌", None),
    ("便利店门口有只猫", None),
    ("体检报告出来了", "体检报告"),
    ("想学口琴", "口琴"),
    ("写首关于雨伞的诗", "雨伞"),
    ("给我蛋糕", "蛋糕"),
    ("钥匙丢了", "钥匙"),
    ("论文写不完", "论文"),
    ("奶茶好喝", "奶茶"),
    ("你好", None),
    ("哈哈哈", None),
    ("嗯", None),
    ("为什么", None),
    ("好累", None),
    ("今天真热", None),
    ("不想上班", None),
    ("谢谢", None),
]
# fmt: on


def test_there_are_a_hundred_probes() -> None:
    assert len(PROBES) >= 100


@pytest.mark.parametrize(("message", "topic"), PROBES)
def test_a_topic_is_a_phrase_that_can_stand_in_a_frame_or_nothing(message: str, topic: str | None) -> None:
    assert topic_of(message, language_of([message])) == topic


def test_the_topic_is_named_where_there_is_one(fallback: Fallback) -> None:
    assert "your boss" in fallback.reply(["my boss shouts at everyone"], [], 3).text.lower()


def test_the_same_arguments_get_the_same_reply(fallback: Fallback) -> None:
    assert fallback.reply(["my oven is broken"], ["Hello."], 5) == fallback.reply(["my oven is broken"], ["Hello."], 5)


def test_another_seed_gets_another_reply(fallback: Fallback) -> None:
    replies = {fallback.reply(["why is the sky blue"], [], seed).text for seed in range(20)}
    assert len(replies) > 15


@pytest.mark.parametrize("message", ["why is the sea salty", "为什么海水是咸的"])
def test_no_half_of_a_reply_comes_back_while_others_are_left(fallback: Fallback, message: str) -> None:
    said: list[str] = []
    for seed in range(6):
        said.append(fallback.reply([message], said, seed).text)
    asks = [re.split(r"(?<=[.!。!])", line)[-1] for line in said]
    assert len(set(asks)) == len(asks)


def test_a_frame_is_not_said_again_with_another_topic() -> None:
    for seed in range(20):
        text, _ = FrameChoice("en", ["So, your cat. What do you make of it?"], str(seed)).choose(["tell"], "your dog")
        assert not text.startswith("So, your dog")


def test_in_one_conversation_nothing_is_said_twice(fallback: Fallback) -> None:
    said: list[str] = []
    for seed in range(120):
        said.append(fallback.reply(["i love my garden"], said, seed).text)
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_different_prompts_rarely_get_identical_replies(fallback: Fallback, language: Language) -> None:
    sections = sections_of(f"examples.{language}.txt").values()
    prompts = [section[place] for place in range(3, 12) for section in sections][:300]
    replies = [fallback.reply([prompt], [], seed).text for seed, prompt in enumerate(prompts)]
    assert len(set(replies)) >= 0.95 * len(prompts) >= 0.95 * 300


_texts = st.text(st.characters(exclude_categories=()), max_size=80)


@settings(max_examples=150, deadline=None)
@given(turns=st.lists(_texts, min_size=1, max_size=4), seed=st.integers(0, 9))
def test_any_text_gets_a_reply_that_was_not_said(fallback: Fallback, turns: list[str], seed: int) -> None:
    first = fallback.reply(turns, [], seed)
    second = fallback.reply(turns, [first.text], seed)
    assert first.text.strip()
    assert second.text != first.text
    assert "{" not in first.text


def test_without_a_message_there_is_no_reply(fallback: Fallback) -> None:
    with pytest.raises(ValueError, match="no message"):
        fallback.reply([], [], 0)


def test_a_damaged_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({"kinds": ["grief"]}))
    with pytest.raises(CheckpointError, match="damaged"):
        load_head(tmp_path, read)


def test_a_noun_in_passing_is_not_what_an_answer_is_about(fallback: Fallback) -> None:
    turns = ["someone ate my yogurt", "The nerve. Was it labelled?", "it had my face on it in marker"]
    assert fallback.reply(turns, [], 1).topic is None
    assert fallback.reply([*turns[:2], "the yogurt"], [], 1).topic == "the yogurt"
