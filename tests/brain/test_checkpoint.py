"""Checkpoints and the registry: what is damaged is refused by name, and the champion stays."""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
from pathlib import Path

import pytest
import torch

from brain.errors import BrainError, CheckpointError, RegistryError
from brain.text.tokenizer import Tokenizer
from brain.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from brain.training.manifest import verify_manifest, write_manifest
from brain.training.registry import Registry
from brain.voice.config import ModelConfig
from brain.voice.seq2seq import Seq2Seq


def test_a_checkpoint_gives_back_the_same_network(checkpoint: Path, tiny: Seq2Seq, tokenizer: Tokenizer) -> None:
    loaded = load_checkpoint(checkpoint)
    assert loaded.model.config == tiny.config
    assert not loaded.model.training
    assert loaded.tokenizer.encode("abc") == tokenizer.encode("abc")
    for (name, one), other in zip(tiny.state_dict().items(), loaded.model.state_dict().values(), strict=True):
        assert torch.allclose(one, other, atol=1e-3), name


def test_no_piece_of_a_large_checkpoint_is_over_16_mib(tmp_path: Path, tokenizer: Tokenizer) -> None:
    model = Seq2Seq(ModelConfig(vocab_size=20_000, embedding_dim=256, num_heads=4, encoder_layers=4))
    save_checkpoint(tmp_path / "large", Checkpoint(model, tokenizer), {}, "")
    pieces = list((tmp_path / "large").glob("*.safetensors"))
    assert len(pieces) > 1
    assert all(piece.stat().st_size <= 16 << 20 for piece in pieces)
    load_checkpoint(tmp_path / "large")


def test_every_flipped_bit_and_every_truncation_is_refused(checkpoint: Path) -> None:
    rng = random.Random(0)
    for path in sorted(checkpoint.iterdir()):
        whole = path.read_bytes()
        for _ in range(5):
            place, bit = rng.randrange(len(whole)), rng.randrange(8)
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            if path.name == "manifest.json":
                _loads_whole_or_not_at_all(checkpoint)
                continue
            with pytest.raises(CheckpointError, match=path.name):
                load_checkpoint(checkpoint)
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(CheckpointError):
            load_checkpoint(checkpoint)
        path.write_bytes(whole)
    load_checkpoint(checkpoint)


def _loads_whole_or_not_at_all(checkpoint: Path) -> None:
    """A flip in the manifest's own white space changes nothing; any other is refused with the brain's own error."""
    try:
        load_checkpoint(checkpoint)
    except CheckpointError:
        return


@pytest.mark.parametrize("content", ["pickle", "header bomb", "empty"])
def test_a_file_that_only_pretends_to_hold_tensors_is_refused_and_never_run(
    checkpoint: Path, content: str, tmp_path: Path
) -> None:
    class Harm:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return Path.touch, (tmp_path / "harmed",)

    data = {"pickle": pickle.dumps(Harm()), "header bomb": b"\xff" * 7 + b"\x7f{", "empty": b""}[content]
    next(checkpoint.glob("model-*")).write_bytes(data)
    write_manifest(checkpoint)  # as an attacker would
    with pytest.raises(CheckpointError, match="not a file of tensors"):
        load_checkpoint(checkpoint)
    assert not (tmp_path / "harmed").exists()


def test_weights_of_another_shape_are_refused_by_name(checkpoint: Path) -> None:
    config = json.loads((checkpoint / "config.json").read_text())
    (checkpoint / "config.json").write_text(json.dumps({**config, "feedforward_dim": 32}))
    write_manifest(checkpoint)
    with pytest.raises(CheckpointError, match=r"layers.0.feedforward.layers.1.weight of shape"):
        load_checkpoint(checkpoint)


def test_a_folder_that_is_no_model_is_refused_in_one_line(tmp_path: Path) -> None:
    for folder in (tmp_path / "absent", tmp_path):
        with pytest.raises(CheckpointError) as error:
            load_checkpoint(folder)
        assert "\n" not in str(error.value)


def test_a_manifest_can_not_point_outside_its_folder(checkpoint: Path) -> None:
    manifest = json.loads((checkpoint / "manifest.json").read_text())
    manifest["files"]["../secret"] = {"bytes": 1, "sha256": "0"}
    (checkpoint / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(CheckpointError, match="bad file names"):
        verify_manifest(checkpoint)


@pytest.mark.parametrize("kind", ["file", "link", "folder", "pipe"])
def test_what_the_manifest_does_not_list_is_refused(checkpoint: Path, kind: str, tmp_path: Path) -> None:
    extra = checkpoint / "model-00002.safetensors"
    if kind == "file":
        extra.write_bytes(next(checkpoint.glob("model-*")).read_bytes())
    elif kind == "link":
        extra.symlink_to(next(checkpoint.glob("model-*")))
    elif kind == "folder":
        extra.mkdir()
    else:
        os.mkfifo(extra)
    with pytest.raises(CheckpointError, match="does not list"):
        load_checkpoint(checkpoint)
    with pytest.raises(CheckpointError, match="does not list"):
        Registry(tmp_path / "models").add(checkpoint, "v1")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model-00001.safetensors"])
def test_a_manifest_lists_all_that_a_model_needs(checkpoint: Path, name: str) -> None:
    (checkpoint / name).unlink()
    write_manifest(checkpoint)
    with pytest.raises(CheckpointError, match=f"does not list {name}"):
        load_checkpoint(checkpoint)


_DEEP = "[" * 200_000


@pytest.mark.parametrize(
    "content",
    [
        _DEEP,
        "[]",
        '{"format": 1, "files": ' + _DEEP,
        '{"format": ' + "[" * 500 + "]" * 500 + "}",
        '{"format": 1, "files": {"config.json": {"bytes": Infinity, "sha256": "0"}}}',
        '{"format": 1, "files": {"config.json": 3}}',
        '{"format": 1, "files": ["config.json"]}',
        '{"format": 1, "files": {"' + "x" * 300 + '": {"bytes": 1, "sha256": "0"}}}',
        '{"format": 1, "files": {"a\\nb": {"bytes": 1, "sha256": "0"}}}',
        '{"format": 1, "files": {"a\\u0000b": {"bytes": 1, "sha256": "0"}}}',
    ],
)
def test_a_hostile_manifest_is_refused_in_one_line(checkpoint: Path, content: str) -> None:
    (checkpoint / "manifest.json").write_text(content)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(checkpoint)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "change",
    [
        {"num_heads": 0},
        {"num_heads": "2"},
        {"dropout": None},
        {"embedding_dim": 1e999},
        {"max_turns": [3]},
        {"x" * 300: 1},
    ],
)
def test_a_signed_configuration_of_impossible_values_is_refused(checkpoint: Path, change: dict[str, object]) -> None:
    config = json.loads((checkpoint / "config.json").read_text())
    for content in (json.dumps({**config, **change}), _DEEP, "3"):
        (checkpoint / "config.json").write_text(content)
        write_manifest(checkpoint)
        with pytest.raises(CheckpointError, match=r"unusable config\.json"):
            load_checkpoint(checkpoint)


@pytest.mark.parametrize("change", [{"feedforward_dim": 65_000}, {"encoder_layers": 64}, {"decoder_layers": 64}])
def test_a_configuration_larger_than_its_weights_is_refused_before_memory_is_taken(
    checkpoint: Path, change: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = json.loads((checkpoint / "config.json").read_text())
    (checkpoint / "config.json").write_text(json.dumps({**config, **change}))
    write_manifest(checkpoint)
    monkeypatch.setattr("brain.training.checkpoint.Seq2Seq", None)
    with pytest.raises(CheckpointError, match=r"of shape|lacks"):
        load_checkpoint(checkpoint)


def test_an_interrupted_save_leaves_the_old_checkpoint(
    checkpoint: Path, tiny: Seq2Seq, tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = verify_manifest(checkpoint)
    monkeypatch.setattr("brain.training.checkpoint.write_manifest", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(checkpoint, Checkpoint(tiny, tokenizer), {}, "")
    assert verify_manifest(checkpoint) == before
    assert [path.name for path in checkpoint.parent.iterdir()] == [checkpoint.name]


def _interrupted(_: Path) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def registry(checkpoint: Path, tmp_path: Path) -> Registry:
    registry = Registry(tmp_path / "models")
    for name in ("v1", "v2", "v3"):
        registry.add(checkpoint, name)
    return registry


def test_promotion_and_rollback_move_the_aliases(registry: Registry) -> None:
    registry.promote("v1")
    registry.promote("v2")
    assert registry.aliases() == {"champion": "v2", "previous": "v1"}
    assert registry.resolve("champion").name == "v2"
    assert registry.rollback() == "v1"
    assert registry.aliases() == {"champion": "v1", "previous": "v2"}
    registry.promote("v1")
    assert registry.aliases()["previous"] == "v2"
    assert [version.aliases for version in registry.versions()] == [("champion",), ("previous",), ()]


def test_a_damaged_version_is_not_promoted_and_not_rolled_back_to(registry: Registry) -> None:
    registry.promote("v1")
    registry.promote("v2")
    next((registry.folder / "v3").glob("model-*")).write_bytes(b"no")
    with pytest.raises(CheckpointError):
        registry.promote("v3")
    shutil.rmtree(registry.folder / "v1")
    with pytest.raises(RegistryError, match="champion stays"):
        registry.rollback()
    assert registry.aliases()["champion"] == "v2"


@pytest.mark.parametrize("name", ["../v1", "/etc", "v1\0", "V1", "", ".hidden", "v1/../v2", "a" * 65])
def test_names_that_could_lead_elsewhere_are_refused(registry: Registry, checkpoint: Path, name: str) -> None:
    with pytest.raises(RegistryError):
        registry.resolve(name)
    with pytest.raises(RegistryError):
        registry.add(checkpoint, name)


def test_a_symlink_is_not_a_version(registry: Registry, tmp_path: Path) -> None:
    (registry.folder / "link").symlink_to(tmp_path)
    with pytest.raises(BrainError):
        registry.resolve("link")


def test_links_in_a_registry_are_no_versions(registry: Registry) -> None:
    (registry.folder / "v4").symlink_to(registry.folder / "v1")
    assert [version.name for version in registry.versions()] == ["v1", "v2", "v3"]


@pytest.mark.parametrize("content", ["{", "[]", '{"champion": 3}', _DEEP])
def test_promotion_renews_damaged_aliases_as_the_message_says(registry: Registry, content: str) -> None:
    registry.promote("v1")
    (registry.folder / "aliases.json").write_text(content)
    for action in (registry.aliases, registry.rollback, lambda: registry.resolve("champion")):
        with pytest.raises(RegistryError, match="promote a version to renew it"):
            action()
    registry.promote("v2")
    assert registry.aliases() == {"champion": "v2"}
    assert (registry.folder / "aliases.json").stat().st_mode & 0o777 == 0o644


def test_without_a_champion_there_is_nothing_to_go_back_from(registry: Registry) -> None:
    (registry.folder / "aliases.json").write_text('{"previous": "v1"}')
    with pytest.raises(RegistryError, match="no champion"):
        registry.rollback()


def test_a_name_is_taken_once(registry: Registry, checkpoint: Path) -> None:
    with pytest.raises(RegistryError, match="already"):
        registry.add(checkpoint, "v1")


def test_a_fresh_registry_is_empty_and_says_so(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "none")
    assert registry.versions() == []
    with pytest.raises(RegistryError, match="none yet"):
        registry.resolve("champion")
    with pytest.raises(RegistryError, match="no previous"):
        registry.rollback()
