from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.cli import entry
from bot.cli.entry import app
from bot.home_lock import HomeLock

COMMANDS = [
    "chat",
    "run",
    "check",
    "train",
    "evaluate dialogue",
    "evaluate emotion",
    "evaluate intent",
    "model list",
    "model show",
    "model verify",
    "model promote",
    "model rollback",
    "plugin list",
    "plugin new",
    "memory import",
    "memory add",
    "memory list",
    "memory remove",
    "memory search",
    "db upgrade",
    "data backup",
    "data restore",
]


def leaves(group: Any, path: str = "") -> list[str]:
    """The full names of all commands below a group."""
    found: list[str] = []
    for name, command in group.commands.items():
        found += leaves(command, f"{path}{name} ") if hasattr(command, "commands") else [f"{path}{name}"]
    return found


def test_the_commands_are_those_that_are_tested_here() -> None:
    assert sorted(leaves(typer.main.get_command(app))) == sorted(COMMANDS)


@pytest.mark.parametrize("command", ["", "evaluate", "model", "plugin", "memory", "db", "data", *COMMANDS])
def test_every_command_has_help_with_an_example(familiar: Any, command: str) -> None:
    outcome = familiar(*command.split(), "--help")
    assert outcome.code == 0
    assert f"familiar {command}".strip() in outcome.out.partition("Example: ")[2]


def test_without_a_command_help_is_shown(familiar: Any) -> None:
    assert "Usage: familiar" in familiar().out


def test_help_imports_nothing_heavy() -> None:
    program = "import sys; from bot.cli.entry import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr.split()
    assert not {"torch", "sqlmodel", "sqlalchemy", "alembic", "pydantic_settings", "prompt_toolkit"} & set(loaded)


def test_the_version_is_shown(familiar: Any) -> None:
    assert familiar("--version").out.startswith("familiar ")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("chatt", "Did you mean 'chat'?"),
        ("xyzzy", "No such command 'xyzzy'"),
        ("model lisst", "Did you mean 'list'?"),
        ("model", "Missing command"),
        ("chat --modle x", "--model"),
        ("run --xyzzy", "--xyzzy"),
        ("train", "Missing argument"),
        ("train missing.toml", "missing.toml"),
        ("evaluate dialogue --data missing.jsonl", "missing.jsonl"),
        ("check too much", "too much"),
        ("run --adapter discrod", "discrod"),
        ("chat --plugin dcie", "dcie"),
    ],
)
def test_a_mistake_in_what_was_typed_gets_one_line(familiar: Any, typed: str, said: str) -> None:
    assert said in familiar(*typed.split()).complaint


def test_control_characters_in_a_mistake_are_not_sent_to_the_terminal(familiar: Any) -> None:
    assert "\x1b" not in familiar("\x1b[31m\nboo").complaint


@pytest.mark.parametrize(
    "command", ["check", "model list", "plugin list", "db upgrade", "data backup x", "run", "chat"]
)
def test_an_unknown_setting_gets_one_line(familiar: Any, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAMILIAR_PLUGIN", "dice")
    assert "unknown setting FAMILIAR_PLUGIN" in familiar(*command.split()).complaint


@pytest.mark.parametrize("command", ["db upgrade", "data restore here.db", "chat"])
def test_a_home_that_can_not_be_written_gets_one_line(familiar: Any, home: Path, command: str) -> None:
    home.write_text("I am a file")
    Path("here.db").touch()
    assert "FAMILIAR_HOME" in familiar(*command.split()).complaint
    assert home.read_text() == "I am a file"


@pytest.fixture
def database(familiar: Any, home: Path) -> Path:
    familiar("db", "upgrade")
    return home / "familiar.db"


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but those that SQLite makes and removes while it reads."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm"))}


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "no database at all": lambda _: b"I am no database",
    "cut short": lambda whole: whole[: len(whole) // 2],
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("command", ["db upgrade", "chat"])
def test_a_corrupt_database_is_refused_and_kept(familiar: Any, database: Path, damage: str, command: str) -> None:
    database.write_bytes(DAMAGES[damage](database.read_bytes()))
    before = snapshot(database.parent)
    assert "damaged" in familiar(*command.split()).complaint
    assert snapshot(database.parent) == before


@pytest.mark.parametrize("command", ["db upgrade", "chat", "check"])
def test_a_locked_database_gets_one_line(
    familiar: Any, database: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAMILIAR_DATABASE_URL", f"sqlite+aiosqlite:///{database}?timeout=0.05")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        outcome = familiar(*command.split())
    assert outcome.complaint
    assert "locked" in outcome.out + outcome.err


def test_no_backup_is_made_of_a_corrupt_database(familiar: Any, database: Path) -> None:
    database.write_bytes(database.read_bytes()[:5000])
    assert familiar("data", "backup", "copy.db").complaint
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("command", ["db upgrade", "chat"])
def test_a_database_of_a_newer_version_is_refused_and_kept(familiar: Any, database: Path, command: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "update Familiar" in familiar(*command.split()).complaint


def test_backup_and_restore_go_round(familiar: Any, database: Path) -> None:
    assert familiar("data", "backup", "copy.db").code == 0
    database.write_bytes(b"damaged")
    outcome = familiar("data", "restore", "copy.db")
    assert (outcome.code, outcome.err) == (0, "")
    assert "before-restore" in outcome.out
    assert familiar("db", "upgrade").code == 0


def test_a_backup_never_replaces_a_file(familiar: Any, database: Path) -> None:
    Path("copy.db").write_text("precious")
    assert "copy.db exists" in familiar("data", "backup", "copy.db").complaint
    assert Path("copy.db").read_text() == "precious"


def test_nothing_is_restored_while_familiar_runs(familiar: Any, database: Path) -> None:
    familiar("data", "backup", "copy.db")
    with HomeLock(database.parent):
        assert "another `familiar run`" in familiar("data", "restore", "copy.db").complaint


def test_what_is_no_backup_is_not_restored(familiar: Any, database: Path) -> None:
    before = snapshot(database.parent)
    Path("copy.db").write_text("hello")
    assert "copy.db" in familiar("data", "restore", "copy.db").complaint
    assert "missing.db" in familiar("data", "restore", "missing.db").complaint
    assert {name: content for name, content in snapshot(database.parent).items() if name in before} == before


def test_a_closed_pipe_is_no_error(home: Path) -> None:
    program = "from bot.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "plugin", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate()
    assert (process.returncode, err) == (entry.PIPE_CLOSED, b"")


@pytest.mark.parametrize(
    ("arguments", "closed", "code"),
    [
        ("plugin list", ">&-", 0),
        ("nope", "2>&-", 2),
        ("plugin list", "<&- >&- 2>&-", 0),
        ("plugin list", ">/dev/full", 2),
    ],
)
def test_a_stream_that_is_closed_or_full_is_no_trouble(home: Path, arguments: str, closed: str, code: int) -> None:
    program = f"exec '{sys.executable}' -c 'from bot.cli import main; main()' {arguments} {closed}"
    done = subprocess.run(["sh", "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.count("\n") == (code == 2 and "2>" not in closed)


def test_an_interrupt_exits_with_130(familiar: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> tuple[str, ...]:
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.extensions.list_plugins", interrupt)
    assert familiar("plugin", "list").code == entry.INTERRUPTED


def test_run_without_a_terminal_and_only_the_console_says_so(home: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", "from bot.cli import main; main()", "run"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 2
    assert process.stderr.startswith("familiar: nothing to serve")
    assert process.stderr.count("\n") == 1


def test_plugins_are_listed_with_their_state(familiar: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAMILIAR_PLUGINS", "basics,dice")
    lines = familiar("plugin", "list").out.splitlines()
    assert "basics\tenabled" in lines
    assert "dice\tenabled, but not installed" in lines
