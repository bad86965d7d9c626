from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.cli.checkup import Probe, probes
from bot.errors import FamiliarError
from bot.settings import load_settings


def test_every_part_is_looked_at(familiar: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAMILIAR_PLUGINS", "basics,dcie")
    lines = familiar("check").out.splitlines()
    assert [line.split(":")[0] for line in lines][:4] == [
        "ok     settings",
        "ok     home",
        "ok     database",
        "ok     adapter console",
    ]
    assert "ok     plugin basics: /help, /about and /reset" in lines
    assert any(line.startswith("wrong  plugin dcie: unknown plugin 'dcie'") for line in lines)


def test_what_is_wrong_exits_with_2_and_one_line_on_stderr(familiar: Any, home: Path) -> None:
    home.write_text("I am a file")
    outcome = familiar("check")
    assert "wrong  home: can't write to" in outcome.out
    assert "of the things above" in outcome.complaint


def test_a_damaged_database_is_found_and_left_alone(familiar: Any, home: Path) -> None:
    home.mkdir()
    (home / "familiar.db").write_bytes(b"nonsense")
    assert "wrong  database: the database" in familiar("check").out
    assert (home / "familiar.db").read_bytes() == b"nonsense"


def test_it_makes_no_database(familiar: Any, home: Path) -> None:
    familiar("check")
    assert not (home / "familiar.db").exists()


def test_two_plugins_in_each_others_way_are_found(home: Path) -> None:
    settings = load_settings({"plugins": ("basics", "basics")})
    last = [probe for probe in probes(settings) if probe.name.startswith("plugin")][-1]
    assert isinstance(last, Probe)
    assert last.look()  # named twice is the same plugin once


def test_a_missing_model_is_found(familiar: Any, home: Path) -> None:
    settings = load_settings({"model": {"version": "nowhere"}})
    [model] = [probe for probe in probes(settings) if probe.name == "model"]
    with pytest.raises(FamiliarError, match="nowhere"):
        model.look()
