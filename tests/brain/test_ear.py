"""The ear: what it reads, how it is kept, and how it is trained."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from safetensors.torch import save_file

from brain.ear.checkpoint import Ear, load_ear, save_ear
from brain.ear.config import EarConfig
from brain.ear.network import EarNetwork, pad, sentence_vectors
from brain.ear.sentence_encoder import SentenceEncoder
from brain.ear.training.beginning import beginning, teacher
from brain.ear.training.noise import careless
from brain.ear.training.pairs import Source, read_exchanges
from brain.ear.training.retrieval import is_right
from brain.ear.training.settings import load_ear_run
from brain.ear.training.train import EarTrainer, contrast
from brain.ear.wordpieces import SPECIAL, WordPieces
from brain.errors import CheckpointError, ConfigError, DataError
from tests.cases import CASES

_SMALL = {"hidden_size": 24, "num_layers": 2, "num_heads": 4, "feedforward_size": 48, "max_length": 32, "row_size": 12}
_LETTERS = [letter for plain in "abcdefghijklmnopqrstuvwxyz!?,." for letter in (plain, f"##{plain}")]
_WORDS = ["cat", "dog", "hello", "how", "are", "you", "##ing"]


@pytest.fixture
def ear() -> Ear:
    torch.manual_seed(1)
    pieces = WordPieces.build([*SPECIAL, *_LETTERS, *_WORDS], ["我", "喜欢", "猫", "😀"], max_length=32)
    return Ear(EarNetwork(EarConfig(vocab_size=pieces.vocab_size, **_SMALL)).eval(), pieces)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, CAT!", ["hello", ",", "cat", "!"]),
        ("doging", ["dog", "##ing"]),
        ("我喜欢猫", ["我", "喜欢", "猫"]),
        ("cat😀dog", ["cat", "😀", "dog"]),
        ("[SEP]", ["[UNK]", "s", "##e", "##p", "[UNK]"]),
    ],
)
def test_text_is_split_into_pieces_whole_words_first(ear: Ear, text: str, expected: Sequence[str]) -> None:
    assert ear.pieces.pieces_of(text) == expected


def test_turns_of_a_talk_are_kept_apart(ear: Ear) -> None:
    begin, *rest = ear.pieces.encode_all(["cat\ndog"])[0]
    names = {number: piece for piece, number in ear.pieces.vocabulary().items()}
    assert [names[begin], *(names[number] for number in rest)] == ["[CLS]", "cat", "[SEP]", "dog", "[SEP]"]


def test_of_a_long_text_the_end_is_read(ear: Ear) -> None:
    row = ear.pieces.encode_all(["dog " * 100 + "cat"])[0]
    assert len(row) == 32
    assert row[-2] == ear.pieces.vocabulary()["cat"]


def test_padding_changes_nothing(ear: Ear) -> None:
    rows = ear.pieces.encode_all(["hello", "hello how are you, cat and dog?"])
    with torch.inference_mode():
        ids, mask = pad(rows, ear.pieces.padding)
        together = sentence_vectors(ear.network(ids, mask), mask)
        ids, mask = pad(rows[:1], ear.pieces.padding)
        alone = sentence_vectors(ear.network(ids, mask), mask)
    torch.testing.assert_close(together[:1], alone)


@pytest.mark.parametrize("int8", [True, False])
def test_a_saved_ear_reads_as_before(ear: Ear, tmp_path: Path, int8: bool) -> None:
    save_ear(tmp_path / "ear", ear, {}, "card")
    texts = ["hello cat", "我喜欢猫", "how are you?"]
    before = SentenceEncoder(ear).vectors(texts)
    after = SentenceEncoder(load_ear(tmp_path / "ear", int8=int8)).vectors(texts)
    assert (before * after).sum(1).min() > 0.99


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "ear-00001.safetensors"])
def test_a_damaged_file_is_refused_by_name(ear: Ear, tmp_path: Path, name: str) -> None:
    save_ear(tmp_path / "ear", ear, {}, "card")
    content = bytearray((tmp_path / "ear" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "ear" / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=name):
        load_ear(tmp_path / "ear")
    (tmp_path / "ear" / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match=name):
        load_ear(tmp_path / "ear")


@settings(max_examples=CASES // 20, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=1, max_size=4))
def test_any_text_has_unit_vectors(texts: list[str]) -> None:
    vectors = SentenceEncoder(_fixed_ear()).vectors(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-4)


def _fixed_ear() -> Ear:
    torch.manual_seed(1)
    pieces = WordPieces.build([*SPECIAL, *_LETTERS, *_WORDS], ["我"], max_length=32)
    return Ear(EarNetwork(EarConfig(vocab_size=pieces.vocab_size, **_SMALL)).eval(), pieces)


def test_a_megabyte_is_read_by_its_end(ear: Ear) -> None:
    encoder = SentenceEncoder(ear)
    np.testing.assert_allclose(encoder.vectors(["dog " * 260_000 + "cat"]), encoder.vectors(["dog " * 1000 + "cat"]))


def test_what_was_read_lately_is_not_read_again(ear: Ear) -> None:
    encoder = SentenceEncoder(ear)
    first = encoder.read("hello cat")
    assert encoder.read("hello cat") is first
    assert first.states.shape == (4, 24)
    np.testing.assert_allclose(first.vector, encoder.vectors(["hello cat"])[0], rtol=1e-5)


def test_short_vectors_are_the_first_numbers(ear: Ear) -> None:
    encoder = SentenceEncoder(ear)
    whole, short = encoder.vectors(["cat"])[0], encoder.row_vectors(["cat"])[0]
    np.testing.assert_allclose(short, whole[:12] / np.linalg.norm(whole[:12]), rtol=1e-5)


def test_careless_text_repeats_and_keeps_its_gist() -> None:
    text = "Are you really going to the market tomorrow?"
    twins = [careless(text, random.Random(seed)) for seed in range(50)]
    assert twins == [careless(text, random.Random(seed)) for seed in range(50)]
    assert len(set(twins)) > 30
    assert all(twin and len(twin) <= len(text) + 4 for twin in twins)


@settings(max_examples=CASES // 4, deadline=None)
@given(st.text(), st.integers(0, 1 << 32))
def test_any_text_can_be_typed_carelessly(text: str, seed: int) -> None:
    assert isinstance(careless(text, random.Random(seed)), str)


def test_pairs_of_a_batch_are_distinct_and_repeatable(tmp_path: Path) -> None:
    source = Source("replies", _write_talks(tmp_path / "talks.jsonl"))
    batch = source.batch(random.Random(3), 12)
    assert batch == source.batch(random.Random(3), 12)
    assert len(set(batch.answers)) == 12


def test_of_a_talk_with_a_bot_only_its_replies_are_learned(tmp_path: Path) -> None:
    exchanges = read_exchanges(_write_talks(tmp_path / "talks.jsonl"))
    assert {item.reply.split()[0] for items in exchanges.values() for item in items} == {"well,"}
    later = next(item for items in exchanges.values() for item in items if len(item.turns) == 3)
    assert later.context == "\n".join(later.turns)


def test_a_file_without_talks_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("")
    with pytest.raises(DataError, match=r"none\.jsonl"):
        read_exchanges(tmp_path / "none.jsonl")


def test_the_right_reply_is_told_from_the_others() -> None:
    assert is_right(np.eye(150)).all()
    assert not is_right(-np.eye(150)).any()


def test_contrast_is_least_where_each_answer_is_nearest_its_query() -> None:
    queries = torch.eye(4)
    assert contrast(queries, queries, 0.05) < contrast(queries, queries.roll(1, 0), 0.05)


def test_an_ear_begins_with_what_it_is_made_from_and_glosses(tmp_path: Path) -> None:
    origin = teacher(_write_origin(tmp_path))
    begun = beginning(origin, ["hello cat", "i like cats"], 10)
    vocabulary, old = begun.pieces.vocabulary(), origin.pieces.vocabulary()
    words, weights = begun.network.state_dict()["words.weight"], origin.network.state_dict()["words.weight"]
    torch.testing.assert_close(words[vocabulary["cat"]], weights[old["cat"]])
    torch.testing.assert_close(words[vocabulary["猫"]], weights[old["cat"]])


def test_training_goes_on_after_a_kill_exactly_where_it_was(tmp_path: Path) -> None:
    config = _write_run(tmp_path, "whole")
    whole = EarTrainer(load_ear_run(config), Console(quiet=True))
    whole.train()
    halted = EarTrainer(load_ear_run(_write_run(tmp_path, "halted")), Console(quiet=True))
    for place, _ in enumerate(halted._steps(), start=1):  # pyright: ignore[reportPrivateUsage]
        if place == 4:
            halted._checkpoint()  # pyright: ignore[reportPrivateUsage]
        if place == 5:
            break
    resumed = EarTrainer(load_ear_run(_write_run(tmp_path, "halted")), Console(quiet=True))
    assert resumed.progress.step == 4
    folder = resumed.train()
    for name, value in whole.ear.network.state_dict().items():
        torch.testing.assert_close(resumed.ear.network.state_dict()[name], value, msg=name)
    assert (folder / "card.md").read_text("utf-8").startswith("# An ear")
    assert SentenceEncoder.load(folder).vectors(["hello"]).shape == (1, 24)


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    config = _write_run(tmp_path, "run")
    config.write_text(config.read_text("utf-8").replace("steps = 8", "steps = 0"), "utf-8")
    with pytest.raises(ConfigError, match="steps"):
        load_ear_run(config)


def _write_talks(path: Path) -> Path:
    rows = [
        {
            "id": f"t{number}",
            "source": "toy",
            "topic": f"topic{number % 3}",
            "lang": lang,
            "style": {"length": "short", "tone": "casual", "emoji": False},
            "turns": [
                {"speaker": "a", "text": f"hello {number}"},
                {"speaker": "b", "text": f"well, {number} to you"},
                {"speaker": "a", "text": f"and {number} more?"},
                {"speaker": "b", "text": f"well, no {number} more"},
            ],
        }
        for number, lang in enumerate(["en", "zh"] * 10)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def _write_origin(folder: Path) -> Path:
    """Write random weights under the published names and sizes, with a vocabulary of a few words."""
    vocabulary = [*SPECIAL, *_LETTERS, *_WORDS, "i", "like", "face", "grinning"]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(vocabulary)) + "\n", "utf-8")
    generator = torch.Generator().manual_seed(1)

    def random_tensor(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator) * 0.05

    weights = {
        "embeddings.word_embeddings.weight": random_tensor(len(dict.fromkeys(vocabulary)), 24),
        "embeddings.position_embeddings.weight": random_tensor(128, 24),
        "embeddings.token_type_embeddings.weight": random_tensor(2, 24),
        "embeddings.LayerNorm.weight": torch.ones(24),
        "embeddings.LayerNorm.bias": torch.zeros(24),
    }
    for number in range(2):
        layer = f"encoder.layer.{number}"
        sizes = {"attention.output.dense": (24, 24), "intermediate.dense": (48, 24), "output.dense": (24, 48)}
        sizes |= {f"attention.self.{part}": (24, 24) for part in ("query", "key", "value")}
        for name, (out, size) in sizes.items():
            weights |= {f"{layer}.{name}.weight": random_tensor(out, size), f"{layer}.{name}.bias": torch.zeros(out)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            weights |= {f"{layer}.{name}.weight": torch.ones(24), f"{layer}.{name}.bias": torch.zeros(24)}
    save_file(weights, folder / "model.safetensors")
    sizes = {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
    (folder / "config.json").write_text(json.dumps(sizes), "utf-8")
    return folder


def _write_run(folder: Path, out: str) -> Path:
    _write_origin(folder)
    _write_talks(folder / "talks.jsonl")
    (folder / f"{out}.toml").write_text(
        f"""
out = "{out}"
origin = "."
valid = "talks.jsonl"
num_pieces = 20
steps = 8
batch_size = 4
valid_every = 4
threads = 1
[[source]]
path = "talks.jsonl"
kind = "replies"
weight = 3
[[source]]
path = "talks.jsonl"
kind = "careless"
weight = 1
[[source]]
path = "talks.jsonl"
kind = "distil"
weight = 1
""",
        "utf-8",
    )
    return folder / f"{out}.toml"
