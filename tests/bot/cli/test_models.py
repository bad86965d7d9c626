from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.cli import brain_work


@pytest.fixture
def promoted(familiar: Any, model: Path) -> str:
    """The version under which the tiny model is the champion."""
    outcome = familiar("model", "promote", model)
    assert outcome.code == 0
    version, *_ = outcome.out.split()
    return version


def another(model: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "another"
    shutil.copytree(model, copy)
    return copy


def test_a_folder_is_registered_and_made_the_champion(familiar: Any, promoted: str) -> None:
    rows = [line.split("\t") for line in familiar("model", "list").out.splitlines()]
    assert rows[0] == ["version", "alias", "folder"]
    assert rows[1][:2] == [promoted, "champion"]


def test_the_card_of_the_champion_is_shown(familiar: Any, promoted: str) -> None:
    shown = familiar("model", "show", "champion").out
    assert shown.startswith(promoted)
    assert "For tests." in shown


@pytest.mark.parametrize("name", [[], ["champion"]])
def test_a_sound_model_is_verified(familiar: Any, promoted: str, name: list[str]) -> None:
    assert familiar("model", "verify", *name).out == f"{promoted}: every file is as its manifest says\n"


def test_a_damaged_model_is_found_and_not_promoted(familiar: Any, home: Path, promoted: str) -> None:
    weights = next((home / "models" / promoted).glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1])
    assert "damaged" in familiar("model", "verify").complaint
    assert "damaged" in familiar("model", "promote", promoted).complaint
    assert "damaged" in familiar("check").out


def test_the_one_before_comes_back(familiar: Any, model: Path, tmp_path: Path, promoted: str) -> None:
    assert familiar("model", "promote", another(model, tmp_path)).code == 0
    assert familiar("model", "rollback").out == f"{promoted} is the champion again\n"


def test_without_one_before_nothing_is_rolled_back(familiar: Any, promoted: str) -> None:
    assert "no previous model" in familiar("model", "rollback").complaint
    assert "champion" in familiar("model", "list").out


@pytest.mark.parametrize("command", ["show", "verify", "promote"])
@pytest.mark.parametrize("name", ["nothing", "../models", "/etc", "a\0b", "\udcff"])
def test_what_is_no_model_gets_one_line(familiar: Any, command: str, name: str) -> None:
    assert familiar("model", command, name).complaint


def test_work_for_the_brain_is_handed_over(
    familiar: Any, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[tuple[str, ...]] = []

    def take(*arguments: str) -> None:
        handed.append(arguments)

    monkeypatch.setattr(brain_work, "become_brain", take)
    file = tmp_path / "file"
    file.touch()
    familiar("train", file)
    familiar("evaluate", "dialogue", "--data", file, "--model", model, "--json")
    assert handed == [
        ("train", str(file)),
        ("evaluate", "dialogue", "--data", str(file), "--model", str(model), "--json"),
    ]
