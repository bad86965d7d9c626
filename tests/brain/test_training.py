"""End to end: a run learns, resumes exactly after a kill, and refuses what can't be trained on."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from rich.console import Console

from brain.errors import BrainError, CheckpointError, ConfigError, DataError, TrainingError
from brain.reply import ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator
from brain.training.manifest import write_manifest
from brain.training.optimizer import learning_rate
from brain.training.run_state import Progress
from brain.training.settings import RunSettings, Schedule, load_run_settings
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


def _short(reversal: RunSettings, **schedule: object) -> RunSettings:
    short = dataclasses.replace(reversal.schedule, **{"steps": 4, "valid_every": 2, **schedule})  # pyright: ignore
    return dataclasses.replace(reversal, schedule=short)


def test_a_run_goes_on_without_what_it_started_from(reversal: RunSettings, tmp_path: Path) -> None:
    first = _train(_short(reversal))
    model = {"dropout": 0.2}
    second = dataclasses.replace(_short(reversal), out=tmp_path / "second", start_from=first.best, model=model)
    _train(second)
    shutil.rmtree(first.settings.out)
    longer = dataclasses.replace(second, schedule=dataclasses.replace(second.schedule, steps=6))
    resumed = _train(longer)
    assert resumed.progress.step == 6
    assert resumed.model.config.dropout == 0.2


@pytest.mark.parametrize("change", ["seed", "batch_tokens", "train"])
def test_a_run_whose_data_would_come_in_another_order_does_not_go_on(reversal: RunSettings, change: str) -> None:
    settings = _short(reversal)
    _train(settings)
    if change == "train":
        changed = dataclasses.replace(settings, train=(dataclasses.replace(settings.train[0], weight=2.0),) * 2)
    else:
        changed = _short(reversal, **{change: 77})
    with pytest.raises(ConfigError, match=f"{change} is not what it was"):
        Trainer(changed, _quiet())
    Trainer(_short(reversal, steps=9, learning_rate=1e-4, patience=9), _quiet())


def test_a_run_saved_before_its_data_were_noted_goes_on(reversal: RunSettings) -> None:
    first = _train(_short(reversal))
    state = first.settings.out / "state"
    progress = json.loads((state / "progress.json").read_text())
    del progress["data"]
    (state / "progress.json").write_text(json.dumps(progress))
    write_manifest(state)
    assert _train(_short(reversal, steps=6)).progress.step == 6


@pytest.mark.parametrize("content", ["[" * 100_000, "{}", '{"train_losses": 3, "valid_losses": []}'])
def test_a_damaged_record_of_progress_is_refused(reversal: RunSettings, content: str) -> None:
    state = _train(_short(reversal)).settings.out / "state"
    (state / "progress.json").write_text(content)
    write_manifest(state)
    with pytest.raises(CheckpointError, match="unusable progress"):
        Trainer(_short(reversal), _quiet())


def test_a_run_killed_between_two_renames_goes_on(reversal: RunSettings) -> None:
    out = _train(_short(reversal)).settings.out
    for name in ("state", "best"):
        (out / name).rename(out / f".{name}-old")
    assert _train(_short(reversal, steps=6)).progress.step == 6


def test_exemplars_without_a_memory_are_refused(reversal: RunSettings) -> None:
    with pytest.raises(ConfigError, match="memory"):
        Trainer(dataclasses.replace(reversal, model={**reversal.model, "exemplars": 2}), _quiet())


def test_validation_without_a_reply_is_refused_at_the_start(reversal: RunSettings) -> None:
    silent = reversal.train[0].path.with_name("silent.jsonl")
    silent.write_text('{"turns": [{"speaker": "a", "text": "hi"}]}\n')
    with pytest.raises(DataError, match=r"silent.jsonl has no reply"):
        Trainer(dataclasses.replace(reversal, valid=(*reversal.valid, silent)), _quiet())


def test_the_learning_rate_warms_up_and_falls_to_nothing() -> None:
    schedule = Schedule(steps=100, warmup_steps=10, learning_rate=1.0)
    rates = [learning_rate(step, schedule) for step in range(101)]
    assert rates[:10] == pytest.approx([step / 10 for step in range(1, 11)])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert (rates[10], rates[55], rates[100]) == pytest.approx((1.0, 0.5, 0.0))


def test_gradients_are_clipped(reversal: RunSettings) -> None:
    moved: list[float] = []
    for clip_norm in (1.0, 1e-12):
        out = reversal.out.with_name(f"clipped-{clip_norm}")
        settings = dataclasses.replace(_short(reversal, clip_norm=clip_norm, weight_decay=0.0), out=out)
        trainer = Trainer(settings, _quiet())
        before = trainer.model.bridge.weight.detach().clone()
        next(trainer._steps(trainer._stream().batches()))  # pyright: ignore[reportPrivateUsage]
        moved.append((trainer.model.bridge.weight - before).abs().max().item())
    assert moved[0] > 100 * moved[1]


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
        (("steps =", "stepz ="), "unknown setting 'schedule.stepz'"),
        (("[schedule]", "[scedule]"), "unknown setting 'scedule'|lacks 'schedule'"),
        (('out = "', "out = "), "not valid TOML"),
        (("threads = 1", "threads = 1\nspeed = 2"), "unknown setting 'schedule.speed'"),
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
