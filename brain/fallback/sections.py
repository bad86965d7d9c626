"""Word files: `== name` opens a section, every other line belongs to it; `#` begins a remark."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "words"


def lines_of(name: str) -> list[str]:
    """Return the lines of a word file without remarks and empty lines."""
    lines = (_FOLDER / name).read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def words_of(name: str) -> frozenset[str]:
    """Return all words of a word file."""
    return frozenset(word for line in lines_of(name) for word in line.split())


def sections_of(name: str) -> dict[str, list[str]]:
    """Return the sections of a word file, in order."""
    sections: dict[str, list[str]] = {}
    for line in lines_of(name):
        if line.startswith("== "):
            sections[line[3:]] = []
        else:
            sections[next(reversed(sections))].append(line)
    return sections
