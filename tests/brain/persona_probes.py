"""Facts asked back: 500 talks made from a table, each with what its answer must say and must never say."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Probe:
    kind: str
    told: tuple[str, ...]
    asked: str
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """How a fact is told of oneself and of another, asked for, and withdrawn; {v} is the value."""

    own: tuple[str, ...]
    asked: tuple[str, ...]
    values: tuple[str, ...]
    forget: str
    of_another: str = ""
    asked_of_another: str = ""
    corrected: str = ""


TABLE: dict[str, list[dict[str, Any]]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
SMALL_TALK = ("it's raining again", "haha ok", "我今天好累", "tell me a joke", "哈哈哈", "what should i cook tonight")
UNKNOWN = "?"


def probes(count: int = 500) -> list[Probe]:
    """Return that many probes, always the same."""
    chosen = list(_all())
    random.Random(7).shuffle(chosen)
    counted = [probe for probe in chosen if probe.kind == "counted"]
    return counted + [probe for probe in chosen if probe.kind != "counted"][: count - len(counted)]


def _all() -> Iterator[Probe]:
    talk = random.Random(3)
    for row in (Told(**fields) for fields in TABLE["told"]):
        for place, asked in enumerate(row.asked):
            yield Probe("absent", (talk.choice(SMALL_TALK),), asked, (UNKNOWN,))
            for value in row.values:
                yield from _of(
                    row, value, row.values[(row.values.index(value) + 1) % 3], asked, place, talk.choice(SMALL_TALK)
                )
    for row in TABLE["counted"]:
        yield Probe("counted", tuple(row["told"]), row["asked"], tuple(row["says"]))


def _of(row: Told, value: str, other: str, asked: str, place: int, talk: str) -> Iterator[Probe]:
    for own in row.own:
        said = own.replace("{v}", value)
        yield Probe("present", (said, talk), asked, (value,))
        if place == 0:
            yield Probe("withdrawn", (said, talk, row.forget), asked, (UNKNOWN,), (value,))
    if row.corrected:
        yield Probe(
            "corrected",
            (row.own[0].replace("{v}", value), row.corrected.replace("{v}", other)),
            asked,
            (other,),
            (value,),
        )
    if row.of_another:
        of_another = row.of_another.replace("{v}", other)
        yield Probe("another's", (of_another, talk), asked, (UNKNOWN,), (other,))
        both = (row.own[0].replace("{v}", value), of_another)
        yield Probe("another's", both, asked, (value,), (other,))
        yield Probe("another's", both, row.asked_of_another, (other,), (value,))
