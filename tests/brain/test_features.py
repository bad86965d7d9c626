"""Features: words as they are counted, what each kind of features sees, and that folders give back the same numbers."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.sparse import issparse

from brain.ear.checkpoint import Ear
from brain.ear.config import EarConfig
from brain.ear.network import EarNetwork
from brain.ear.sentence_encoder import SentenceEncoder
from brain.ear.wordpieces import SPECIAL, WordPieces
from brain.errors import BrainError, CheckpointError, ConfigError, DataError
from brain.text.features.averages import AveragedWordVectors
from brain.text.features.interface import Features
from brain.text.features.plain import plain
from brain.text.features.registry import NAMES, load_features
from brain.text.features.stored import Stored
from brain.text.features.terms import BagOfWords, TermSettings, TfidfCharacters, TfidfWords
from brain.text.features.words import feature_words, stop_words
from brain.training.manifest import write_manifest

TALK = (
    "Good morning! How did you sleep?",
    "How did the exam go this morning?",
    "I can't sleep, the dog is barking again",
    "the dog ate my exam",
    "今天天气真好，我们去公园吧",
    "我今天不想去公园",
    "公园里的狗一直在叫",
)
PIECES = [*SPECIAL, *"abcdefghijklmnopqrstuvwxyz", *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"), "dog"]


@pytest.fixture(scope="module")
def ear() -> SentenceEncoder:
    """An ear that has learned nothing, but has embeddings."""
    config = EarConfig(len(PIECES), hidden_size=16, num_layers=1, num_heads=2, feedforward_size=16, row_size=8)
    return SentenceEncoder(Ear(EarNetwork(config).eval(), WordPieces.build(PIECES, [], config.max_length)))


Make = Callable[[], Features]


@pytest.fixture(scope="module", params=NAMES)
def make(request: pytest.FixtureRequest, ear: SentenceEncoder) -> Make:
    """Makes new features of each kind."""
    kinds: dict[str, Make] = {
        BagOfWords.name: BagOfWords,
        TfidfWords.name: TfidfWords,
        TfidfCharacters.name: TfidfCharacters,
        AveragedWordVectors.name: lambda: AveragedWordVectors(ear.word_vectors),
    }
    return kinds[request.param]


@pytest.fixture(scope="module")
def fitted(make: Make) -> Features:
    return make().fit(TALK)


def numbers(features: Features, texts: Sequence[str]) -> NDArray[np.float32]:
    vectors = features.vectors(texts)
    assert vectors.dtype == np.float32
    return vectors.toarray() if issparse(vectors) else np.asarray(vectors)  # pyright: ignore


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's UP, doc?", ["what's", "up", "doc", "?"]),
        ("I don’t like it!", ["i", "don't", "like", "it", "!"]),
        ("sooooo good, hahaaa", ["soo", "good", "hahaa"]),
        ("it was 1000 dollars", ["it", "was", "1000", "dollars"]),
        ("ＨＥＬＬＯ！", ["hello", "!"]),
        ("see https://example.com/a?b=c now", ["see", "https", "now"]),
        ("我喜欢北京烤鸭", ["我", "喜欢", "北京烤鸭"]),
        ("我想买iPhone 15，多少钱？", ["我", "想", "买", "iphone", "15", "多少", "钱", "?"]),
        ("哈哈哈哈哈😀", ["哈哈", "😀"]),
        ("カメラ", ["カ", "メ", "ラ"]),
        ("", []),
        (" \t\n ...", []),
    ],
)
def test_words_are_split_as_their_script_is_written(text: str, words: list[str]) -> None:
    assert feature_words(text) == words


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("what is the weather like in Paris", ["what", "weather", "paris"]),
        ("you are not my friend", ["you", "not", "my", "friend"]),
        ("今天的天气怎么样啊", ["今天", "天气", "怎么样"]),
        ("我不是你的朋友吗", ["我", "不是", "你", "朋友", "吗"]),
        ("把 iPhone 给 my friend", ["iphone", "my", "friend"]),
    ],
)
def test_stop_words_go_in_every_language_but_who_not_and_what_stay(text: str, left: list[str]) -> None:
    assert feature_words(text, keep_stop_words=False) == left


def test_every_stop_word_is_spelled_as_a_text_is_read() -> None:
    assert {word for word in stop_words() if plain(word) != word} == set()


@given(st.text(st.characters(codec=None)))
def test_any_text_can_be_split_and_stop_words_are_all_that_is_left_out(text: str) -> None:
    words = feature_words(text)
    assert all(words)
    assert feature_words(text, keep_stop_words=False) == [word for word in words if word not in stop_words()]


def test_a_bag_of_words_counts() -> None:
    bag = BagOfWords(TermSettings(longest=1, least_texts=1)).fit(["the dog the cat", "狗"])
    assert bag.terms == ["cat", "dog", "the", "狗"]
    assert numbers(bag, ["The dog and the dog", "狗！", "a fish"]).tolist() == [
        [0, 2, 2, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 0],
    ]


def test_pairs_of_words_are_terms_too() -> None:
    bag = BagOfWords(TermSettings(longest=2, least_texts=1, keep_stop_words=False)).fit(["walk the dog"])
    assert bag.terms == ["dog", "walk", "walk dog"]


def test_terms_are_the_most_frequent_ones_and_in_enough_texts() -> None:
    texts = ["a b c", "a b", "a d"]
    assert BagOfWords(TermSettings(longest=1, least_texts=2)).fit(texts).terms == ["a", "b"]
    assert BagOfWords(TermSettings(longest=1, least_texts=1, most_terms=1)).fit(texts).terms == ["a"]


def test_rare_words_weigh_more_than_common_ones() -> None:
    tfidf = TfidfWords(TermSettings(longest=1, least_texts=1)).fit(["dog one", "dog two", "dog three"])
    (row,) = numbers(tfidf, ["dog two"])
    assert row[tfidf.terms.index("two")] > row[tfidf.terms.index("dog")] > 0
    assert np.linalg.norm(row) == pytest.approx(1)


def test_characters_see_through_a_slip_where_words_do_not() -> None:
    texts = ["tomorrow morning", "weather tomorrow", "morning weather"]
    characters, words = (
        kind(TermSettings(longest, least_texts=1)).fit(texts)
        for kind, longest in ((TfidfCharacters, 4), (TfidfWords, 1))
    )
    slip, right, wrong = numbers(characters, ["tomorow", "tomorrow", "weather"])
    assert slip @ right > 0.5 > slip @ wrong
    assert not numbers(words, ["tomorow"]).any()


def test_averaged_word_vectors_do_not_see_the_order_and_a_text_without_words_is_zero(ear: SentenceEncoder) -> None:
    features = AveragedWordVectors(ear.word_vectors).fit(["a dog", "dog b", "c d e"])
    first, second, other, empty = numbers(features, ["dog a b", "b dog a", "x y z", ""])
    assert first == pytest.approx(second, abs=1e-5)
    assert np.linalg.norm(first) == pytest.approx(1, abs=1e-5)
    assert first @ other < 0.9
    assert not empty.any()


def test_what_all_texts_have_in_common_is_taken_away() -> None:
    def read(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[10, 1, 0] if "dog" in text else [10, 0, 1] for text in texts], dtype=np.float32)

    dog, cat = numbers(AveragedWordVectors(read).fit(["dog", "cat"]), ["a dog", "a cat"])
    assert dog @ cat == pytest.approx(-1, abs=0.01)


@given(texts=st.lists(st.text(st.characters(codec=None)), max_size=4))
def test_any_texts_become_finite_numbers_one_row_each(fitted: Features, texts: list[str]) -> None:
    vectors = numbers(fitted, texts)
    assert vectors.shape == (len(texts), numbers(fitted, TALK).shape[1])
    assert np.isfinite(vectors).all()


def test_a_saved_folder_says_what_it_is_and_gives_the_same_vectors(
    fitted: Features, ear: SentenceEncoder, tmp_path: Path
) -> None:
    fitted.save(tmp_path / "saved")
    loaded = load_features(tmp_path / "saved", ear.word_vectors)
    assert type(loaded) is type(fitted)
    assert loaded.name == fitted.name
    texts = [*TALK, "never seen, ever", "没见过", ""]
    assert np.array_equal(numbers(loaded, texts), numbers(fitted, texts))
    loaded.save(tmp_path / "again")
    assert (tmp_path / "again" / "manifest.json").read_bytes() == (tmp_path / "saved" / "manifest.json").read_bytes()


@given(texts=st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_features_of_any_texts_survive_the_disk(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("features") / "saved"
    features = TfidfCharacters(TermSettings(longest=3, least_texts=1))
    try:
        features.fit(texts)
    except DataError:
        return
    features.save(folder)
    assert np.array_equal(numbers(TfidfCharacters.load(folder), texts), numbers(features, texts))


def test_settings_travel_along(tmp_path: Path) -> None:
    settings = TermSettings(longest=3, least_texts=1, most_terms=50, keep_stop_words=False)
    TfidfWords(settings).fit(TALK).save(tmp_path / "saved")
    assert TfidfWords.load(tmp_path / "saved").settings == settings


def test_where_there_is_nothing_to_learn_it_is_said() -> None:
    for texts in ([], ["", "..."], ["once", "only"]):
        with pytest.raises(DataError, match="tfidf-words: no terms"):
            TfidfWords().fit(texts)
    with pytest.raises(ConfigError, match="most_terms"):
        TermSettings(longest=1, most_terms=0)


def test_a_damaged_file_is_refused_by_name(fitted: Features, ear: SentenceEncoder, tmp_path: Path) -> None:
    fitted.save(tmp_path / "saved")
    for path in sorted((tmp_path / "saved").iterdir()):
        whole = path.read_bytes()
        for damaged in (whole[: len(whole) // 2], b"", bytes([whole[0] ^ 1]) + whole[1:], pickle.dumps({"a": 1})):
            path.write_bytes(damaged)
            with pytest.raises(CheckpointError, match=path.name):
                load_features(tmp_path / "saved", ear.word_vectors)
        path.write_bytes(whole)
    load_features(tmp_path / "saved", ear.word_vectors)


def _signed(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    write_manifest(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b"{",
        b'{"name": "tfidf-words"}',
        b'{"name": "tfidf-words", "settings": {}, "terms": ["a", "a"]}',
        b'{"name": "tfidf-words", "settings": {}, "terms": [1]}',
        b'{"name": "tfidf-words", "settings": {}, "terms": []}',
        b'{"name": "tfidf-words", "settings": {}, "terms": ["a"]}',
        b'{"name": "tfidf-words", "settings": {"longest": "2"}, "terms": ["a"]}',
        b'{"name": "tfidf-words", "settings": {"longest": 2, "run": "rm"}, "terms": ["a"]}',
        b'{"name": "tfidf-words", "settings": {"longest": 2}, "terms": ["a"]}',
        b'{"name": "tfidf-words", "settings": {"longest": 2}, "terms": [' + b"[" * 50_000,
        b'{"name": "magic", "settings": {}, "terms": ["a"]}',
        b'{"name": "bag-of-words", "settings": {"longest": 2}, "terms": ["a"]}',
        b'{"name": "averaged-word-vectors", "settings": {}, "terms": []}',
    ],
)
def test_a_folder_that_somebody_signed_himself_is_refused_where_it_makes_no_sense(
    content: bytes, ear: SentenceEncoder, tmp_path: Path
) -> None:
    TfidfWords().fit(TALK).save(tmp_path)
    _signed(tmp_path, "features.json", content)
    with pytest.raises(BrainError, match=str(tmp_path)):
        load_features(tmp_path, ear.word_vectors)


@pytest.mark.parametrize("idf", [[np.nan], [np.inf], [1.0] * 1000, [[1.0]], []])
def test_weights_that_do_not_fit_are_refused(idf: list[float], tmp_path: Path) -> None:
    TfidfWords().fit(TALK).save(tmp_path)
    save_file({"idf": np.array(idf, dtype=np.float32)}, tmp_path / "features.safetensors")
    write_manifest(tmp_path)
    with pytest.raises(CheckpointError, match=str(tmp_path)):
        load_features(tmp_path)


def test_word_vectors_of_another_ear_are_refused(ear: SentenceEncoder, tmp_path: Path) -> None:
    AveragedWordVectors(ear.word_vectors).fit(TALK).save(tmp_path)
    with pytest.raises(CheckpointError, match="another ear"):
        load_features(tmp_path, lambda texts: ear.word_vectors(texts)[:, ::-1])
    with pytest.raises(CheckpointError, match="common and probe"):
        load_features(tmp_path, lambda texts: ear.word_vectors(texts)[:, :4])
    with pytest.raises(CheckpointError, match="need the ear"):
        load_features(tmp_path)


def test_features_of_another_name_are_not_taken_for_ones_own(tmp_path: Path) -> None:
    BagOfWords().fit(TALK).save(tmp_path)
    assert Stored.read(tmp_path).name == "bag-of-words"
    with pytest.raises(CheckpointError, match="bag-of-words"):
        TfidfWords.load(tmp_path)
