"""What the benchmarks print: tables, and what kind of machine they ran on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

console = Console(width=120 if not os.isatty(1) else None, highlight=False)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], note: str = "") -> None:
    """Print rows of text; all columns but the first are numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", caption=note or None, caption_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print()


def print_machine() -> None:
    """When and on what this runs, and how busy that is with other things."""
    load = os.getloadavg()[0]
    console.print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {load:.1f} before the start\n"
    )


def figure(value: float) -> str:
    """A number with three significant digits, or all of them before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
