from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.adapter import Adapter, Finding
from bot.cli.checkup import Probe, probes
from bot.errors import FamiliarError, SettingsError
from bot.settings import Settings, load_settings
from bot.testing import FakeAdapter


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


class Tried(FakeAdapter):
    """Finds what the test wants it to."""

    name = "tried"
    finds: list[Finding] | Exception

    async def check(self) -> list[Finding]:
        if isinstance(self.finds, Exception):
            raise self.finds
        return self.finds


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> type[Tried]:
    def load(settings: Settings, names: Sequence[str]) -> list[Adapter]:
        return [Tried(settings, name=name) for name in names]

    monkeypatch.setattr("bot.extensions.load_adapters", load)
    return Tried


def test_each_thing_that_an_adapter_finds_gets_a_line(familiar: Any, tried: type[Tried]) -> None:
    tried.finds = [Finding(True, "connected as Rex"), Finding(False, "the intent is off:\nswitch it on")]
    outcome = familiar("check")
    assert "ok     adapter console: connected as Rex" in outcome.out.splitlines()
    assert "wrong  adapter console: the intent is off: switch it on" in outcome.out.splitlines()
    assert "wrong" in outcome.complaint


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (SettingsError("the token was revoked"), "wrong  adapter console: the token was revoked"),
        (RuntimeError("secret"), "wrong  adapter console: can't be tried: RuntimeError"),
    ],
)
def test_an_adapter_that_can_not_try_its_platform_is_wrong(
    familiar: Any, tried: type[Tried], failure: Exception, line: str
) -> None:
    tried.finds = failure
    assert line in familiar("check").out.splitlines()


def test_a_platform_that_does_not_answer_is_wrong(
    familiar: Any, tried: type[Tried], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(_adapter: Adapter) -> list[Finding]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(Tried, "check", check)
    monkeypatch.setattr("bot.cli.checkup.PATIENCE", 0.01)
    assert "wrong  adapter console: no answer within 0.01 seconds: is the network up?" in familiar("check").out


def test_a_token_switches_its_adapter_on(familiar: Any, tried: type[Tried], monkeypatch: pytest.MonkeyPatch) -> None:
    tried.finds = []
    monkeypatch.setenv("FAMILIAR_TELEGRAM__TOKEN", "1:secret")
    outcome = familiar("check")
    assert "ok     adapter telegram" in outcome.out
    assert "adapter console" not in outcome.out
    assert "secret" not in outcome.out + outcome.err
