from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from bot.plugin import Plugin
from bot.testing import PluginContract

CHECKS = [["pytest", "-q", "-p", "no:cacheprovider"], ["ruff", "check", "--isolated", "--select", "E,F,I,UP,B"]]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check[0])
def test_a_new_plugin_passes(familiar: Any, check: list[str]) -> None:
    assert familiar("plugin", "new", "weather_report", "plugin").code == 0
    done = subprocess.run([sys.executable, "-m", *check], cwd="plugin", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_package_names_it_at_the_door(familiar: Any) -> None:
    familiar("plugin", "new", "weather_report")
    project = tomllib.loads(Path("familiar-weather-report/pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["familiar.plugins"] == {
        "weather_report": "familiar_weather_report:WeatherReportPlugin"
    }


class TestNewPlugin(PluginContract):
    @pytest.fixture(autouse=True)
    def _write(self, familiar: Any) -> None:
        familiar("plugin", "new", "dice", "plugin")
        self.file = Path("plugin/familiar_dice.py").resolve()

    def make_plugin(self) -> Plugin:
        spec = spec_from_file_location("familiar_dice", self.file)
        assert spec
        assert spec.loader
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.DicePlugin()


@pytest.mark.parametrize("name", ["Dice", "2dice", "my-dice", "class", "", "../dice", "dice\0", "würfel"])
def test_a_name_that_can_not_be_one_is_refused(familiar: Any, name: str) -> None:
    assert "can't name a plugin" in familiar("plugin", "new", name).complaint
    assert list(Path.cwd().iterdir()) == []


def test_nothing_is_overwritten(familiar: Any) -> None:
    Path("plugin").mkdir()
    Path("plugin/precious").write_text("mine")
    assert "is there already" in familiar("plugin", "new", "dice", "plugin").complaint
    assert [path.name for path in Path("plugin").iterdir()] == ["precious"]


def test_a_folder_that_can_not_be_made_is_named(familiar: Any) -> None:
    Path("file").write_text("in the way")
    assert "file" in familiar("plugin", "new", "dice", "file/plugin").complaint
    assert Path("file").read_text() == "in the way"
