from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import ExtensionError
from bot.extensions import list_adapters, list_plugins, load_adapters, load_plugins
from bot.settings import Settings

GOOD = """
from bot.plugin import Plugin
class Good(Plugin):
    name = "good"
"""
ENTRY_POINTS = """
[familiar.plugins]
good = made_good:Good
broken = made_broken:Broken
stranger = made_good:Path
misnamed = made_good:Misnamed
needy = made_good:Needy
[familiar.adapters]
lame = made_good:Good
"""


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A distribution on the path that brings good and bad extensions."""
    info = tmp_path / "made-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: made\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "made_broken.py").write_text("raise RuntimeError('two\\nlines')")
    (tmp_path / "made_good.py").write_text(
        GOOD
        + "class Misnamed(Good):\n    name = 'other'\n"
        + "class Needy(Good):\n    name = 'needy'\n    def __init__(self, more): ...\n"
        + "from pathlib import Path\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield
    for name in ("made_good", "made_broken"):
        sys.modules.pop(name, None)


def plugins(*names: str) -> Settings:
    return Settings(plugins=names)


def refusal(*names: str) -> str:
    with pytest.raises(ExtensionError) as caught:
        load_plugins(plugins(*names))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_plugins_are_made_in_the_order_of_the_settings_and_once() -> None:
    made = load_plugins(plugins("good", "basics", "good"))
    assert [plugin.name for plugin in made] == ["good", "basics"]


def test_what_is_installed_is_listed_without_being_imported() -> None:
    assert {"basics", "good", "broken"} <= set(list_plugins())
    assert {"console", "lame"} <= set(list_adapters())
    assert "made_broken" not in sys.modules
    assert "made_good" not in sys.modules


def test_a_plugin_that_is_not_in_the_settings_is_not_imported() -> None:
    load_plugins(plugins("basics"))
    assert "made_good" not in sys.modules


def test_an_unknown_plugin_is_refused_with_the_known_ones() -> None:
    line = refusal("dices")
    assert line.startswith("unknown plugin 'dices': installed are ")
    assert "basics" in line


def test_an_unknown_adapter_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ExtensionError, match=r"unknown adapter 'irc': installed are .*console"):
        load_adapters(Settings(), ["irc"])


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("broken", "plugin broken can't be imported: RuntimeError: two lines"),
        ("stranger", "plugin stranger: made_good:Path is not a subclass of Plugin"),
        ("misnamed", "plugin misnamed: its class calls itself 'other', and both names must be the same"),
    ],
)
def test_an_extension_that_does_not_fit_is_named_with_its_cause(name: str, complaint: str) -> None:
    assert refusal(name) == complaint


def test_a_plugin_that_can_not_be_made_is_named_with_its_cause() -> None:
    assert refusal("needy").startswith("plugin needy can't be made: TypeError: ")


def test_a_plugin_is_no_adapter() -> None:
    with pytest.raises(ExtensionError, match="adapter lame: made_good:Good is not a subclass of Adapter"):
        load_adapters(Settings(), ["lame"])
