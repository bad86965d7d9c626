"""Labelled messages on disk: JSON lines with `text` and `label`, or several of them in `labels`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from brain.errors import DataError
from brain.text.dialogues import read_rows


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message and what it is: one label or several."""

    text: str
    labels: tuple[str, ...]

    @property
    def label(self) -> str:
        """The first label."""
        return self.labels[0]


def read_labelled(path: Path) -> list[Labelled]:
    """Read all rows. Raises DataError that names file and line, also where there is no row at all."""
    rows: list[Labelled] = []
    for number, row in enumerate(read_rows(path), start=1):
        text, labels = row.get("text"), _labels(row)
        if not isinstance(text, str) or not labels:
            raise DataError(f"{path}, line {number}: a row needs a text, and a label or labels")
        rows.append(Labelled(text, labels))
    if not rows:
        raise DataError(f"{path} has no rows")
    return rows


def _labels(row: Mapping[str, Any]) -> tuple[str, ...]:
    found: object = row.get("labels", [row.get("label")])
    if not isinstance(found, list) or not all(isinstance(label, str) and label for label in cast(list[object], found)):
        return ()
    return tuple(cast(list[str], found))
