from __future__ import annotations

import logging
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
import structlog

from bot.cli.entry import run
from tests.tiny_model import tiny_model


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line of an operator's mistake."""
        assert self.code == 2, self
        [line] = self.err.splitlines()
        assert line.startswith("familiar: ")
        return line.removeprefix("familiar: ")


class Familiar(Protocol):
    """Runs a command. `typed` is what stands on standard input."""

    def __call__(self, *arguments: str | Path, typed: bytes = b"") -> Outcome: ...


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and a current folder without familiar.toml. The home does not exist yet."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("FAMILIAR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def model() -> Path:
    """A checkpoint that is sound and tiny, and speaks nonsense."""
    return tiny_model()


@pytest.fixture
def familiar(
    home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Generator[Familiar]:
    """Run `familiar ARGUMENTS…` in this process, with `typed` on standard input."""

    def run_it(*arguments: str | Path, typed: bytes = b"") -> Outcome:
        (tmp_path / "typed").write_bytes(typed)
        with (tmp_path / "typed").open(encoding="utf-8") as stdin, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", stdin)
            code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Outcome(code, out, err)

    yield run_it
    structlog.reset_defaults()  # they write to this test's standard error
    logging.getLogger().handlers.clear()
