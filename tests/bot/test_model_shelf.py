from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.errors import ModelUnavailableError
from bot.model_host import ModelShelf
from bot.settings import Settings
from brain import starter
from brain.training.manifest import write_manifest


def checkpoint(folder: Path, weights: str = "weights") -> Path:
    """A folder that is a checkpoint as far as a shelf can see."""
    folder.mkdir(parents=True)
    (folder / "weights").write_text(weights)
    write_manifest(folder)
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> ModelShelf:
    return ModelShelf(Settings(home=tmp_path / "home"))


def test_a_folder_is_a_model_named_for_its_content(shelf: ModelShelf, tmp_path: Path) -> None:
    one = shelf.find(str(checkpoint(tmp_path / "a" / "My Voice", "one")))
    two = shelf.find(str(checkpoint(tmp_path / "b" / "My Voice", "two")))
    assert one.path == tmp_path / "a" / "My Voice"
    assert one.version.startswith("my-voice-")
    assert two.version.startswith("my-voice-")
    assert one.version != two.version


def test_a_registered_version_is_found_by_name_and_alias_and_speaks_when_promoted(
    shelf: ModelShelf, tmp_path: Path
) -> None:
    version = shelf.add(checkpoint(tmp_path / "voice"))
    assert shelf.add(tmp_path / "voice") == version
    assert [model.name for model in shelf.versions()] == [version]
    shelf.promote(version)
    assert shelf.aliases()["champion"] == version
    for name in (version, "champion", None):
        assert shelf.find(name).version == version
        assert shelf.find(name).path == shelf.folder / version


def test_rolling_back_makes_the_previous_champion_speak_again(shelf: ModelShelf, tmp_path: Path) -> None:
    first, second = (shelf.add(checkpoint(tmp_path / name)) for name in ("first", "second"))
    shelf.promote(first)
    with pytest.raises(ModelUnavailableError, match="no previous model"):
        shelf.rollback()
    shelf.promote(second)
    assert shelf.rollback() == first
    assert shelf.find(None).version == first


def test_verifying_names_the_file_that_changed(shelf: ModelShelf, tmp_path: Path) -> None:
    version = shelf.add(checkpoint(tmp_path / "voice"))
    assert shelf.verify(version).version == version
    (shelf.folder / version / "weights").write_text("WEIGHTS")
    with pytest.raises(ModelUnavailableError, match="weights has changed"):
        shelf.verify(version)
    with pytest.raises(ModelUnavailableError, match="weights has changed"):
        shelf.promote(version)
    assert shelf.aliases() == {}


def test_verifying_looks_at_all_that_a_voice_speaks_with(
    shelf: ModelShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = shelf.add(checkpoint(tmp_path / "voice"))
    ear = checkpoint(tmp_path / "ear")
    monkeypatch.setattr(starter, "BESIDE_THE_VOICE", (ear,))
    assert shelf.verify(version).version == version
    (ear / "weights").write_text("WEIGHTS")
    with pytest.raises(ModelUnavailableError, match="ear is damaged: weights has changed"):
        shelf.verify(version)


@pytest.mark.parametrize("name", ["nowhere", "../one/x", "", "a\0b", "x" * 5000, "/"])
def test_an_unknown_model_is_named_in_one_line(shelf: ModelShelf, name: str) -> None:
    with pytest.raises(ModelUnavailableError) as caught:
        shelf.verify(name)
    assert "\n" not in str(caught.value)


def test_an_unknown_model_is_refused_with_the_known_ones(shelf: ModelShelf, tmp_path: Path) -> None:
    version = shelf.add(checkpoint(tmp_path / "voice"))
    with pytest.raises(ModelUnavailableError, match=f"no model 'vice': registered are {version}, or name"):
        shelf.find("vice")


def test_damaged_aliases_are_named(shelf: ModelShelf, tmp_path: Path) -> None:
    shelf.add(checkpoint(tmp_path / "voice"))
    (shelf.folder / "aliases.json").write_text("{")
    with pytest.raises(ModelUnavailableError, match=r"aliases\.json is unreadable"):
        shelf.find(None)


def test_without_the_network_installed_it_says_what_to_install(
    shelf: ModelShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "brain.training.registry", None)
    with pytest.raises(ModelUnavailableError, match="pip install"):
        shelf.find(None)
