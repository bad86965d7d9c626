"""`familiar memory`: the operator's own questions and answers."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.model_host import MemoryShelf

SHORT = 8
"""Digits of an id that are shown."""

group = typer.Typer(
    name="memory",
    help="Teach it your own questions and answers.",
    rich_markup_mode=None,
    epilog='Example: familiar memory add "When do you open?" "At nine, every day but Sunday."',
)


@group.command("import", epilog="Example: familiar memory import answers.csv")
def import_file(
    file: Annotated[
        Path, typer.Argument(help="CSV or JSON lines, in UTF-8.", exists=True, dir_okay=False, metavar="FILE")
    ],
) -> None:
    """Learn all questions and answers of a file, or none if a line is wrong.

    The first line of CSV names the columns, separated by commas, semicolons or tabs: question and answer, and if need
    be language (en, zh), persona and context. In JSON lines each line is an object with these. Several questions for
    one answer, lines of a persona and turns of a context are separated by |. Where a question was answered before, the
    new answer takes the old one's place.
    """
    from bot.cli.tables import print_table
    from bot.errors import AnswersError

    shelf = _shelf()
    read = shelf.read_file(file)
    if read.faults:
        print_table(("line", "what is wrong"), [(str(fault.line), fault.reason) for fault in read.faults])
        sys.stdout.flush()
        lines = "1 line is" if len(read.faults) == 1 else f"{len(read.faults)} lines are"
        raise AnswersError(f"{lines} wrong in {file}, so nothing was imported: mend what is listed and import it again")
    lesson = shelf.teach(read.rows, _show_progress)
    counts = (lesson.imported, lesson.replaced, lesson.known)
    print_table(("imported", "replaced", "already known"), [tuple(map(str, counts))])


@group.command(epilog='Example: familiar memory add "When do you open?" "At nine, every day but Sunday."')
def add(
    question: Annotated[str, typer.Argument(help="What people ask.")],
    answer: Annotated[str, typer.Argument(help="What it says then.")],
) -> None:
    """Learn one question and its answer.

    If the question was answered before, the new answer takes the old one's place.
    """
    shelf = _shelf()
    row = shelf.row(question, answer)
    lesson = shelf.teach([row])
    done = "already known" if lesson.known else "learned in place of another answer" if lesson.replaced else "learned"
    print(f"{row.id[:SHORT]} is {done}")


@group.command("list", epilog="Example: familiar memory list --json > answers.jsonl")
def show_all(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON lines with all fields, which `import` takes again.")
    ] = False,
) -> None:
    """List your questions and answers."""
    import json

    from bot.cli.tables import print_table

    shelf = _shelf()
    if as_json:
        for listed in shelf.listed():
            print(json.dumps(listed, ensure_ascii=False))
        return
    rows = [(row.id[:SHORT], row.message, row.reply, row.source) for row in shelf.rows()]
    print_table(("id", "question", "answer", "source"), rows)


@group.command(epilog="Example: familiar memory remove 3f2a")
def remove(
    ids: Annotated[list[str], typer.Argument(help="Ids as listed; the beginning of one is enough.", metavar="ID...")],
) -> None:
    """Forget questions and their answers."""
    for row in _shelf().remove(ids):
        print(f"Forgot {row.id[:SHORT]}: {row.message}")


@group.command(epilog='Example: familiar memory search "what time do you open"')
def search(text: Annotated[str, typer.Argument(help="What somebody might write.")]) -> None:
    """Show what would be answered to a text, and what else lies near.

    Meaning tells how alike question and text are, from -1 to 1; the score also counts letters.
    """
    from bot.cli.tables import print_table

    found = _shelf().search(text)
    matches = [("yours", match) for match in found.own] + [("shipped", match) for match in found.shipped]
    print_table(
        ("from", "question", "answer", "meaning", "score"),
        [
            (origin, match.row.message, match.row.reply, f"{match.meaning:.2f}", f"{match.score:.2f}")
            for origin, match in matches
        ],
    )
    print(f"Says: {found.said.row.reply}" if found.said else "None of your answers is near enough to be said")


def _show_progress(batches: Sequence[Sequence[str]]) -> Iterable[Sequence[str]]:
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(batches, "reading", console=console, transient=True, disable=not console.is_terminal)


def _shelf() -> MemoryShelf:
    from bot.model_host import MemoryShelf
    from bot.settings import load_settings

    return MemoryShelf(load_settings())
