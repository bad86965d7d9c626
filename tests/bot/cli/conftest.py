from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.entry import run


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


Familiar = Callable[..., Outcome]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and a current folder without familiar.toml. The home does not exist yet."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("FAMILIAR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that is sound and tiny, and speaks nonsense."""
    from brain.text.tokenizer import Tokenizer
    from brain.training.checkpoint import save_checkpoint
    from brain.voice.config import ModelConfig
    from brain.voice.seq2seq import Seq2Seq

    folder = tmp_path_factory.mktemp("model") / "tiny"
    tokenizer = Tokenizer.train(["hello there", "how are you"], 270)
    config = ModelConfig(tokenizer.vocab_size, embedding_dim=16, feedforward_dim=16, num_heads=2, max_length=8)
    save_checkpoint(folder, Seq2Seq(config), tokenizer, {}, "# tiny\n\nFor tests.\n")
    return folder


@pytest.fixture
def familiar(home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Generator[Familiar]:
    """Run `familiar ARGUMENTS…` in this process, with nothing on standard input."""

    def run_it(*arguments: str | Path) -> Outcome:
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Outcome(code, out, err)

    with open(os.devnull) as nothing:  # noqa: PTH123 - a device, not a path
        monkeypatch.setattr(sys, "stdin", nothing)
        yield run_it
