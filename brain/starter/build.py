"""Building what ships beside the voice, from an ear and Familiar's own text: `python -m brain build-starter EAR`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from brain.corpus.splits import talks
from brain.crisis.fitting import fit_starter
from brain.ear.sentence_encoder import SentenceEncoder
from brain.fallback.kind_head import fit as fit_fallback
from brain.judge.fitting import fit as fit_judge
from brain.judge.fitting import read_labelled
from brain.memory.response_memory import ResponseMemory
from brain.memory.rows import MemoryRow, rows_of
from brain.memory.stands_alone import StandsAlone
from brain.starter import CRISIS, EAR, FALLBACK, JUDGE, MEMORY
from brain.text.dialogues import parse_dialogue

_BROAD = "broad"


def corpus_rows() -> Iterator[MemoryRow]:
    """Yield the rows of the train split. Those of broad topics were written to be right for whoever says the like."""
    for talk in talks("train"):
        for row in rows_of([parse_dialogue(talk.row())], StandsAlone.shipped()):
            yield replace(row, stands_alone=1.0) if talk.topic.startswith(_BROAD) else row


def build_starter(ear_folder: Path, console: Console) -> None:
    """Take an ear and build memory, judge, fallback and crisis detector with it. Minutes on two cores."""
    if ear_folder.resolve() != EAR.resolve():
        shutil.rmtree(EAR, ignore_errors=True)
        shutil.copytree(ear_folder, EAR)
    ear = SentenceEncoder.load(EAR)
    with console.status("reading the corpus"):
        memory = ResponseMemory.of(corpus_rows(), ear.row_vectors)
        memory.save(MEMORY)
    console.print(f"memory: {len(memory)} exchanges in {MEMORY}")
    with console.status("fitting the judge"):
        texts = [text for row in memory.rows() for text in (row.message, row.reply)]
        judge, figures = fit_judge(read_labelled(), memory, ear, texts)
        judge.save(JUDGE)
    _print(console, "judge, on talks left out", asdict(figures))
    with console.status("fitting fallback and crisis detector"):
        fit_fallback(FALLBACK, ear.row_vectors)
        crisis = fit_starter(CRISIS, ear.row_vectors)
    for name, found in crisis.items():
        _print(console, f"crisis, {name}", asdict(found))


def _print(console: Console, title: str, figures: dict[str, float]) -> None:
    table = Table("figure", "value", title=title)
    for name, value in figures.items():
        table.add_row(name, f"{value:.4g}" if isinstance(value, float) else str(value))
    console.print(table)
