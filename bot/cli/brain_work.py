"""`familiar train` and `familiar evaluate`: work of the brain, done in a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

evaluate = typer.Typer(
    name="evaluate", help="Measure a model.", rich_markup_mode=None, epilog="Example: familiar evaluate dialogue --help"
)


def train(
    config: Annotated[Path, typer.Argument(help="The training's settings.", exists=True, dir_okay=False)],
) -> None:
    """Train a model.

    CONFIG says on what and how. A run that was stopped goes on where it was.
    """
    become_brain("train", str(config))


@evaluate.command(epilog="Example: familiar evaluate dialogue --data test.jsonl.gz --json")
def dialogue(
    data: Annotated[Path, typer.Option(help="Dialogues, one a line.", exists=True, dir_okay=False, metavar="FILE")],
    model: Annotated[
        str | None,
        typer.Option(help="A registered version, an alias, or a checkpoint folder.", metavar="VERSION|FOLDER"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measure how well a model answers.

    Perplexity, F1, BLEU, distinct n-grams and speed, on dialogues it has not seen.
    """
    from bot.cli.models import find_folder

    json_flag = ["--json"] if as_json else []
    become_brain("evaluate", "dialogue", "--data", str(data), "--model", str(find_folder(model)), *json_flag)


_Train = Annotated[
    Path, typer.Option(help="Labelled messages to learn from.", exists=True, dir_okay=False, metavar="FILE")
]
_Data = Annotated[
    Path, typer.Option(help="Labelled messages to measure on.", exists=True, dir_okay=False, metavar="FILE")
]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@evaluate.command(epilog="Example: familiar evaluate intent --train train.jsonl.gz --data valid.jsonl.gz --json")
def intent(train: _Train, data: _Data, as_json: _Json = False) -> None:
    """Measure how well intents are told apart.

    Learns them from one file and asks for those of another: rows of JSON with text and label. The label oos stands for
    none of them.
    """
    _learn_and_measure("intent", train, data, as_json)


@evaluate.command(epilog="Example: familiar evaluate emotion --train train.jsonl.gz --data valid.jsonl.gz --json")
def emotion(train: _Train, data: _Data, as_json: _Json = False) -> None:
    """Measure how well emotions are heard.

    Learns them from one file and asks for those of another: rows of JSON with text and labels, of GoEmotions' 28.
    """
    _learn_and_measure("emotion", train, data, as_json)


def _learn_and_measure(what: str, train: Path, data: Path, as_json: bool) -> NoReturn:
    json_flag = ["--json"] if as_json else []
    become_brain("evaluate", what, "--train", str(train), "--data", str(data), *json_flag)


def become_brain(*arguments: str) -> NoReturn:
    """Replace this process by the brain's own command: signals and exit codes are then its own.

    -P: a folder named brain in the current folder is not what is meant.
    """
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "brain", *arguments])
