"""Settings: every value is checked where it is read, and what is wrong is named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import brain.__main__ as command
from brain.errors import ConfigError
from brain.training.settings import load_run_settings
from brain.voice.config import ModelConfig

RUN = """
out = "run"
valid = ["valid.jsonl"]
vocab_size = 300
notes = "n"
[[train]]
path = "train.jsonl"
weight = 2
[model]
dropout = 0
[schedule]
steps = 10
precision = "float32"
seed = 1
"""


def test_a_run_file_is_read_with_paths_beside_it(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(RUN)
    settings = load_run_settings(tmp_path / "run.toml")
    assert (settings.out, settings.valid) == (tmp_path / "run", (tmp_path / "valid.jsonl",))
    assert (settings.train[0].path, settings.train[0].weight) == (tmp_path / "train.jsonl", 2)
    assert (settings.schedule.steps, settings.model) == (10, {"dropout": 0})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("weight = 2", "wieght = 2"), "unknown setting 'train.wieght'"),
        (("weight = 2", "weight = 0"), "train.weight is 0"),
        (("weight = 2", 'weight = "2"'), "train.weight is '2'"),
        (('path = "train.jsonl"', ""), "lacks 'path'"),
        (('valid = ["valid.jsonl"]', 'valid = "valid.jsonl"'), "valid is 'valid.jsonl': use a list"),
        (('valid = ["valid.jsonl"]', "valid = []"), "valid names no file"),
        (('valid = ["valid.jsonl"]', "valid = [3]"), "valid is 3: use a path"),
        (('out = "run"', "out = 1"), "out is 1: use a path"),
        (("[[train]]", "[train]"), r"use \[\[train\]\] tables"),
        (("vocab_size = 300", "vocab_size = 5"), "vocab_size is 5"),
        (('notes = "n"', "notes = 1"), "notes is 1: use text"),
        (("[model]\ndropout = 0", "model = 3"), "model|not valid TOML"),
        (("steps = 10", ""), "lacks 'steps'"),
        (("steps = 10", "steps = 0"), "schedule.steps is 0"),
        (("steps = 10", "steps = 1.5"), "schedule.steps is 1.5: use a whole number"),
        (("steps = 10", "steps = true"), "schedule.steps is True"),
        (('"float32"', '"flaot32"'), "schedule.precision is 'flaot32': use one of float32"),
        (("seed = 1", "learning_rate = inf"), "schedule.learning_rate is inf"),
        (("seed = 1", "threads = 0"), "schedule.threads is 0"),
        (("seed = 1", "clip_norm = -1"), "schedule.clip_norm is -1"),
    ],
)
def test_a_value_that_does_not_fit_is_named(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    assert change[0] in RUN
    (tmp_path / "run.toml").write_text(RUN.replace(*change))
    with pytest.raises(ConfigError, match=message) as caught:
        load_run_settings(tmp_path / "run.toml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("vocab_size", "300"),
        ("embedding_dim", 8.0),
        ("num_heads", 0),
        ("encoder_layers", 10**9),
        ("dropout", float("nan")),
        ("dropout", 1.0),
        ("copies", 1),
        ("encoder", ["lstm"]),
        ("max_turns", None),
        ("max_length", 1),
        ("exemplars", -1),
    ],
)
def test_a_network_of_impossible_sizes_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"model.{name} is"):
        ModelConfig.from_dict({"vocab_size": 300, name: value})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["trian"], "trian"),
        (["train"], "config"),
        (["evaluate", "dialogue"], "--data"),
        (["train", "run.toml", "--fast"], "--fast"),
        (["train", "."], "can't read"),
        (["train", "run.toml"], "Not a directory"),
    ],
)
def test_a_mistake_at_the_command_is_said_in_one_line(tmp_path: Path, arguments: list[str], words: str) -> None:
    (tmp_path / "run.toml").write_text(RUN.replace('"run"', '"run.toml/run"'))
    code = f"import sys; sys.path.insert(0, {str(Path.cwd())!r}); from brain.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert words in done.stderr


def test_what_ctrl_c_says_is_true(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_train", interrupted)
    monkeypatch.setattr(command, "_evaluate_dialogue", interrupted)
    assert command.main(["train", "run.toml"]) == 130
    assert "goes on" in capsys.readouterr().err
    assert command.main(["evaluate", "dialogue", "--data", "d.jsonl"]) == 130
    assert capsys.readouterr().err == "Stopped.\n"
