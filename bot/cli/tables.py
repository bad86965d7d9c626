"""Tables: ruled on a terminal, tab-separated where a program reads them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their columns' names."""
    if sys.stdout.isatty():
        _print_ruled(columns, rows)
        return
    for row in [columns, *rows]:
        print("\t".join(row))


def _print_ruled(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*columns)
    for row in rows:
        table.add_row(*map(escape, row))
    Console().print(table)
