"""End to end: a run learns, resumes exactly after a kill, and refuses what can't be trained on."""

from __future__ import annotations

import dataclasses
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from rich.console import Console

from brain.errors import BrainError, ConfigError, DataError, TrainingError
from brain.reply import ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.training.run_state import Progress
from brain.training.settings import RunSettings, load_run_settings
from brain.training.train import Trainer
from brain.voice.config import AttentionKind, Mixing
from brain.voice.decoding import Decoding


def _quiet() -> Console:
    return Console(file=io.StringIO())


def _train(settings: RunSettings) -> Trainer:
    trainer = Trainer(settings, _quiet())
    trainer.train()
    return trainer


@pytest.mark.parametrize(
    ("encoder", "decoder", "attention"),
    [
        ("lstm", "lstm", "multiplicative"),
        ("gru", "gru", "additive"),
        ("self-attention", "self-attention", "multi-head"),
    ],
)
def test_every_kind_of_network_learns_to_reverse_a_string(
    reversal: RunSettings, encoder: Mixing, decoder: Mixing, attention: AttentionKind
) -> None:
    kinds = {"encoder": encoder, "decoder": decoder, "attention": attention}
    best = _train(dataclasses.replace(reversal, model={**reversal.model, **kinds})).best
    generator = NativeGenerator.load(best)
    generator.decoding = Decoding(method="greedy", max_length=24)
    right = 0
    for word in ("a b c", "h d e", "g a f c", "b h c d", "e c a g f"):
        reply = generator.reply(ReplyRequest((SpokenTurn("user", word),), style="short casual plain"))
        right += reply.text == " ".join(reversed(word.split()))
    assert right >= 4


def test_a_run_killed_midway_goes_on_and_ends_with_the_same_weights(reversal: RunSettings, tmp_path: Path) -> None:
    short = dataclasses.replace(reversal.schedule, steps=40, valid_every=20)
    dropping = dataclasses.replace(reversal, model={**reversal.model, "dropout": 0.1}, schedule=short)
    whole = _train(dropping)
    elsewhere = dataclasses.replace(dropping, out=tmp_path / "killed")
    killed = Trainer(elsewhere, _quiet())
    steps = iter(killed._steps(killed._stream().batches()))  # pyright: ignore[reportPrivateUsage]
    for _ in range(20):
        next(steps)
    killed._checkpoint()  # pyright: ignore[reportPrivateUsage]
    next(steps)  # work that was never saved is done again
    resumed = _train(elsewhere)
    assert resumed.progress.step == whole.progress.step
    for one, other in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_process_killed_with_sigkill_resumes_from_its_last_validation(reversal: RunSettings, tmp_path: Path) -> None:
    schedule = dataclasses.replace(reversal.schedule, steps=60, valid_every=20)
    config = tmp_path / "run.toml"
    config.write_text(_as_toml(dataclasses.replace(reversal, schedule=schedule)))
    command = [sys.executable, "-m", "brain", "train", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"}) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("step 20:"):
                process.send_signal(signal.SIGKILL)
                break
    assert (reversal.out / "state").is_dir()
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Going on from step" in again.stderr
    assert (reversal.out / "best" / "manifest.json").is_file()
    assert (reversal.out / "curves.png").stat().st_size > 1000
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "This run is finished" in finished.stderr


def test_training_stops_early_when_validation_no_longer_improves(reversal: RunSettings) -> None:
    schedule = dataclasses.replace(reversal.schedule, learning_rate=1e-9, valid_every=5, patience=2)
    trainer = Trainer(dataclasses.replace(reversal, schedule=schedule), _quiet())
    trainer.progress = Progress(best_loss=0.0)
    trainer.train()
    assert trainer.progress.step == 10


def test_a_loss_that_is_not_a_number_fails_the_run_and_leaves_no_candidate(reversal: RunSettings) -> None:
    trainer = Trainer(reversal, _quiet())
    with torch.no_grad():
        trainer.model.output_bias.fill_(float("nan"))
    with pytest.raises(TrainingError, match="learning_rate"):
        trainer.train()
    assert not trainer.best.exists()


def test_a_run_can_start_from_a_checkpoint(reversal: RunSettings, tmp_path: Path) -> None:
    first = _train(dataclasses.replace(reversal, schedule=dataclasses.replace(reversal.schedule, steps=50)))
    schedule = dataclasses.replace(reversal.schedule, steps=20, valid_every=20, learning_rate=1e-5)
    second = dataclasses.replace(reversal, out=tmp_path / "second", start_from=first.best, schedule=schedule)
    trainer = _train(second)
    assert trainer.progress.best_loss < 1.2 * first.progress.best_loss + 0.05


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("steps =", "stepz ="), "unknown setting 'stepz'"),
        (("[schedule]", "[scedule]"), "lacks 'schedule'"),
        (('out = "', "out = "), "not valid TOML"),
        (("threads = 1", "threads = 1\nspeed = 2"), "unknown setting 'speed'"),
    ],
)
def test_a_mistake_in_a_run_file_is_named(
    reversal: RunSettings, tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    config = tmp_path / "run.toml"
    config.write_text(_as_toml(reversal).replace(*change))
    with pytest.raises(ConfigError, match=message):
        load_run_settings(config)


def test_data_that_is_missing_or_malformed_is_named_by_line(reversal: RunSettings) -> None:
    bad = reversal.train[0].path.with_name("bad.jsonl")
    bad.write_text('{"turns": []}\n{"turns": 3}\n')
    with pytest.raises(DataError, match=r"bad.jsonl, line 2"):
        Trainer(dataclasses.replace(reversal, valid=(bad,)), _quiet())
    with pytest.raises(BrainError, match="can't read"):
        Trainer(dataclasses.replace(reversal, valid=(bad.with_name("none.jsonl"),)), _quiet())


def test_the_command_says_one_line_and_exits_with_2(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "brain", "train", str(tmp_path / "missing.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "missing.toml" in done.stderr


def _as_toml(settings: RunSettings) -> str:
    schedule = "\n".join(
        f"{name} = {value!r}".replace("'", '"') for name, value in dataclasses.asdict(settings.schedule).items()
    )
    model = "\n".join(f"{name} = {value!r}" for name, value in settings.model.items())
    return (
        f'out = "{settings.out}"\nvalid = ["{settings.valid[0]}"]\nvocab_size = {settings.vocab_size}\n'
        f'[[train]]\npath = "{settings.train[0].path}"\n[model]\n{model}\n[schedule]\n{schedule}\n'
    )
