"""The brain's own command line: `python -m brain train CONFIG.toml`, `python -m brain evaluate dialogue ...`,
`python -m brain train-ear CONFIG.toml`, `python -m brain build-starter EAR`, `python -m brain corpus check|build ...`.

Exits 0, or says in one line on standard error what is wrong and exits with 2.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console
from rich.table import Table

from brain.errors import BrainError, DataError

if TYPE_CHECKING:
    from brain.memory.response_memory import ResponseMemory


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except (BrainError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(options.when_stopped, file=sys.stderr)
        return 130
    return 0


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m brain", description="Train and measure the network.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="train, or go on training, the run a TOML file describes")
    train.add_argument("config", type=Path)
    train.set_defaults(run=_train, when_stopped="Stopped. The same command goes on from the last validation.")
    ear = commands.add_parser("train-ear", help="train, or go on training, a sentence encoder")
    ear.add_argument("config", type=Path)
    ear.set_defaults(run=_train_ear, when_stopped="Stopped. The same command goes on from the last validation.")
    starter = commands.add_parser("build-starter", help="build what ships beside the voice, from an ear and the corpus")
    starter.add_argument("ear", type=Path, help="folder of the ear")
    starter.set_defaults(run=_build_starter, when_stopped="Stopped. Some parts may be old.")
    evaluate = commands.add_parser("evaluate", help="measure a checkpoint").add_subparsers(
        required=True, metavar="WHAT"
    )
    dialogue = evaluate.add_parser("dialogue", help="on dialogue rows: perplexity, F1, BLEU, distinct-n, speed")
    dialogue.add_argument("--data", type=Path, required=True, help="FILE.jsonl or FILE.jsonl.gz")
    dialogue.add_argument("--model", type=Path, help="checkpoint folder (default: the starter)")
    dialogue.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    dialogue.set_defaults(run=_evaluate_dialogue, when_stopped="Stopped.")
    _add_heads(evaluate)
    _add_corpus(commands.add_parser("corpus", help="check Familiar's own text, or build rows of it"))
    return parser


def _add_heads(commands: argparse._SubParsersAction[_Parser]) -> None:  # pyright: ignore[reportPrivateUsage]
    for name, run, text in (
        ("intent", _evaluate_intent, "learn intents from one file, measure on another"),
        ("emotion", _evaluate_emotion, "learn emotions from one file, measure on another"),
    ):
        parser = commands.add_parser(name, help=text)
        parser.add_argument("--train", type=Path, required=True, help="FILE.jsonl or FILE.jsonl.gz to learn from")
        parser.add_argument("--data", type=Path, required=True, help="FILE.jsonl or FILE.jsonl.gz to measure on")
        parser.add_argument("--json", action="store_true", help="print the figures as one JSON object")
        parser.set_defaults(run=run, when_stopped="Stopped.")


def _add_corpus(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    check = commands.add_parser("check", help="name file and line of every fault and repeat")
    check.add_argument("files", type=Path, nargs="*", help="talks in text form (default: the corpus)")
    check.set_defaults(run=_check_corpus, when_stopped="Stopped.")
    build = commands.add_parser("build", help="write train, valid and test rows into a folder")
    build.add_argument("out", type=Path)
    build.set_defaults(run=_build_corpus, when_stopped="Stopped. Some files may be missing.")


def _train(options: argparse.Namespace) -> None:
    from brain.training.settings import load_run_settings
    from brain.training.train import Trainer

    Trainer(load_run_settings(options.config), memory=_memory()).train()


def _memory() -> ResponseMemory:
    """Load the memory that ships, which exemplars are found in."""
    from brain.ear.sentence_encoder import SentenceEncoder
    from brain.memory.response_memory import ResponseMemory
    from brain.starter import EAR, MEMORY

    return ResponseMemory.load(MEMORY, SentenceEncoder.load(EAR).row_vectors)


def _train_ear(options: argparse.Namespace) -> None:
    from brain.ear.training.settings import load_ear_run
    from brain.ear.training.train import EarTrainer

    EarTrainer(load_ear_run(options.config)).train()


def _build_starter(options: argparse.Namespace) -> None:
    from brain.starter.build import build_starter

    build_starter(options.ear, Console())


def _evaluate_dialogue(options: argparse.Namespace) -> None:
    from brain.reply_generator import NativeGenerator
    from brain.starter import VOICE
    from brain.training.evaluate import evaluate_dialogues

    report, samples = evaluate_dialogues(NativeGenerator.load(options.model or VOICE, memory=_memory()), options.data)
    _print_figures(asdict(report), options)
    if options.json:
        return
    console = Console()
    for sample in samples[:: max(1, len(samples) // 10)][:10]:
        console.print(f"> {sample.request.turns[-1].text}\n  {sample.reply}", markup=False, highlight=False)


def _evaluate_intent(options: argparse.Namespace) -> None:
    from brain.ear.intent.evaluating import evaluate_intents
    from brain.ear.sentence_encoder import SentenceEncoder
    from brain.starter import EAR

    _print_figures(evaluate_intents(options.train, options.data, SentenceEncoder.load(EAR)).figures, options)


def _evaluate_emotion(options: argparse.Namespace) -> None:
    from brain.ear.emotion.evaluating import evaluate_emotions
    from brain.ear.sentence_encoder import SentenceEncoder
    from brain.starter import EAR

    _print_figures(evaluate_emotions(options.train, options.data, SentenceEncoder.load(EAR)).figures, options)


def _print_figures(figures: Mapping[str, float], options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(figures))
        return
    table = Table("figure", "value", title=str(options.data))
    for name, value in figures.items():
        table.add_row(name, f"{value:.4g}")
    Console().print(table)


def _check_corpus(options: argparse.Namespace) -> None:
    from brain.corpus.checks import check
    from brain.corpus.splits import source_files

    report = check(options.files or source_files())
    for fault in report.faults:
        print(fault)
    if report.faults:
        raise DataError(f"{len(report.faults)} fault(s); {report.talks} talks were readable")
    print(f"{report.talks} talks, {report.turns} turns, no faults")


def _build_corpus(options: argparse.Namespace) -> None:
    from brain.corpus.splits import build

    for built in build(options.out):
        print(f"{built.split}: {built.talks} talks, {built.turns} turns")


if __name__ == "__main__":
    sys.exit(main())
