from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.errors import HomeUnusableError, SettingsError
from bot.settings import list_names, load_settings, make_home

ROOT = Path(__file__).parents[3]
README = (ROOT / "bot" / "README.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as current folder and home, so that no familiar.toml of this machine is read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FAMILIAR_HOME", str(tmp_path / "home"))
    return tmp_path


def complaint_about(**environment: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        with pytest.raises(SettingsError) as caught:
            load_settings()
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_environment_wins_over_the_file_and_flags_over_both(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "familiar.toml").write_text(
        '[bot]\nname = "File"\npersona = ["I like files."]\n[model]\nthreads = 3\n'
    )
    monkeypatch.setenv("FAMILIAR_BOT__NAME", "Environment")
    settings = load_settings({"model": {"version": "v1"}})
    assert (settings.bot.name, settings.bot.persona) == ("Environment", ("I like files.",))
    assert (settings.model.version, settings.model.threads) == ("v1", 3)


def test_the_file_in_the_home_folder_is_read_when_there_is_none_here(elsewhere: Path) -> None:
    (elsewhere / "home").mkdir()
    (elsewhere / "home" / "familiar.toml").write_text('plugins = ["basics", "dice"]')
    assert load_settings().plugins == ("basics", "dice")


def test_a_tilde_stands_for_the_persons_own_folder() -> None:
    assert load_settings({"home": "~/familiar"}).home == Path.home() / "familiar"


def test_a_home_that_no_database_url_can_name_is_refused() -> None:
    assert "home" in complaint_about(FAMILIAR_HOME="/tmp/what?now")


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("console,discord", ("console", "discord")),
        (" console , ", ("console",)),
        ('["console", "web"]', ("console", "web")),
    ],
)
def test_names_in_the_environment(value: str, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAMILIAR_ADAPTERS", value)
    assert load_settings().adapters == names


def test_an_unknown_variable_is_named() -> None:
    assert "FAMILIAR_ADAPTER " in complaint_about(FAMILIAR_ADAPTER="console")


def test_an_unknown_nested_variable_is_named_with_the_nearest_setting() -> None:
    assert complaint_about(FAMILIAR_BOT__NMAE="Rex") == "unknown setting bot.nmae: did you mean bot.name?"


def test_a_value_that_does_not_fit_is_named() -> None:
    assert "log.level" in complaint_about(FAMILIAR_LOG__LEVEL="loud")


@pytest.mark.parametrize("variable", ["FAMILIAR_BOT__PERSONA", "FAMILIAR_BOT"])
def test_a_value_that_is_not_json_is_refused_in_our_words(variable: str) -> None:
    assert "FAMILIAR_BOT variable" in complaint_about(**{variable: "hello"})


def test_a_list_of_names_that_is_half_json_is_refused() -> None:
    assert "plugins" in complaint_about(FAMILIAR_PLUGINS='["basics"')


def test_a_huge_value_is_not_repeated_in_full() -> None:
    assert len(complaint_about(FAMILIAR_LIMITS__MESSAGE_LENGTH="x" * 1_000_000)) < 300


@pytest.mark.parametrize(
    "content",
    [
        b"plugins = [",
        b"\xff\xfe",
        b"unknown = 1",
        b"[bot]\nnmae = 'Rex'",
        b"plugins = 5",
        b"[limits]\nper_user = 'many'",
    ],
)
def test_a_bad_file_is_named_in_one_line(elsewhere: Path, content: bytes) -> None:
    (elsewhere / "familiar.toml").write_bytes(content)
    assert "familiar.toml" in complaint_about()


def test_a_file_in_the_place_of_the_home_folder_is_refused(elsewhere: Path) -> None:
    (elsewhere / "home").write_text("I am a file")
    with pytest.raises(HomeUnusableError, match="FAMILIAR_HOME"):
        make_home(load_settings())


def test_every_module_is_documented() -> None:
    documented = set(re.findall(r"^\| `([a-z_]+)(?:\.py|/)` \|", README, re.MULTILINE))
    modules = {
        path.stem for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert documented == modules - {"__init__"}


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"^\| `([a-z_.<>]+)` \|", README.partition("## Settings")[2], re.MULTILINE))
    assert documented == set(list_names())


def test_admins_and_names_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAMILIAR_ADMINS", "discord:1,telegram:2")
    monkeypatch.setenv("FAMILIAR_BOT__NAMES", "rex, max")
    settings = load_settings()
    assert (settings.admins, settings.bot.names) == (("discord:1", "telegram:2"), ("rex", "max"))


@pytest.mark.parametrize("admin", ["1", "discord", "discord:", ":1"])
def test_an_admin_without_a_platform_is_refused(admin: str) -> None:
    line = complaint_about(FAMILIAR_ADMINS=admin)
    assert f"setting admins: {admin!r} lacks its platform: write discord:1 or telegram:2" in line


def test_a_space_is_set_by_its_platform_and_id(elsewhere: Path) -> None:
    (elsewhere / "familiar.toml").write_text('[spaces."telegram:-100"]\nmode = "active"\nconversations = ["-100/7"]\n')
    space = load_settings().spaces["telegram:-100"]
    assert (space.mode, space.memory, space.conversations) == ("active", "member", ("-100/7",))
    (elsewhere / "familiar.toml").write_text('[spaces."telegram:-100"]\nmood = "active"\n')
    assert "spaces.telegram:-100.mood" in complaint_about()
    (elsewhere / "familiar.toml").write_text('[spaces.-100]\nmode = "active"\n')
    assert "lacks its platform" in complaint_about()


@pytest.mark.parametrize(
    ("environment", "served"),
    [
        ({}, ("console",)),
        ({"FAMILIAR_DISCORD__TOKEN": ""}, ("console",)),
        ({"FAMILIAR_DISCORD__TOKEN": "x"}, ("discord",)),
        ({"FAMILIAR_DISCORD__TOKEN": "x", "FAMILIAR_TELEGRAM__TOKEN": "y"}, ("discord", "telegram")),
        ({"FAMILIAR_TELEGRAM__TOKEN": "y", "FAMILIAR_ADAPTERS": "console,telegram"}, ("console", "telegram")),
        ({"FAMILIAR_ADAPTERS": "pigeon"}, ("pigeon",)),
    ],
)
def test_what_has_a_token_or_is_named_is_served_and_else_the_console(
    environment: dict[str, str], served: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert load_settings().served == served


def test_a_secret_is_never_shown(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAMILIAR_DISCORD__TOKEN", "very-secret")
    settings = load_settings()
    assert "very-secret" not in repr(settings) + str(settings) + settings.model_dump_json()
    (elsewhere / "familiar.toml").write_text("[telegram]\ntoken = 123456\n")
    assert "123456" not in complaint_about()
