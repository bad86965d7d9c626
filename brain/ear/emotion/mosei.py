"""CMU-MOSEI's text and labels (Zadeh et al. 2018), as its raw download has them.

`Transcript/Segmented/Combined/VIDEO.txt`: a segment a line, `VIDEO___number___start___end___text`, seconds.
`Labels/*.csv`: an answer of one rater a row, several a segment: `Input.VIDEO_ID`, `Input.CLIP`, `Answer.sentiment`
from -3 to 3, and `Answer.EMOTION` from 0 (not there) to 3 for each of six emotions.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from brain.errors import DataError

EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
LEVELS = (
    "highly negative", "negative", "weakly negative", "neutral", "weakly positive", "positive", "highly positive",
)  # fmt: skip
"""Of sentiment, -3 to 3."""
_TRANSCRIPTS, _LABELS = Path("Transcript/Segmented/Combined"), Path("Labels")
_STRONGEST = 3
_PARTS = 5
_ANSWERS = ("sentiment", *EMOTIONS)

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """What somebody says in a video between two seconds, and the mean of what raters heard in it."""

    video: str
    number: int
    start: float
    end: float
    text: str
    sentiment: float
    """-3 to 3."""
    emotions: Mapping[str, float]
    """0 to 3 each."""

    @property
    def level(self) -> str:
        """The nearest of the seven levels, a half away from neutral."""
        nearest = int(math.copysign(math.floor(abs(self.sentiment) + 0.5), self.sentiment))
        return LEVELS[nearest + _STRONGEST]

    @property
    def present(self) -> tuple[str, ...]:
        """The emotions that any rater heard."""
        return tuple(name for name in EMOTIONS if self.emotions[name] > 0)


def read_mosei(folder: Path) -> list[Segment]:
    """Return all segments that have both text and labels. Raises DataError that names file and line."""
    labels = _labels(folder / _LABELS)
    segments = [
        Segment(video, number, start, end, text, found["sentiment"], {name: found[name] for name in EMOTIONS})
        for (video, number), (start, end, text) in _texts(folder / _TRANSCRIPTS)
        if (found := labels.get((video, number)))
    ]
    if not segments:
        raise DataError(f"{folder} has no segment of CMU-MOSEI with text and labels")
    return segments


def _texts(folder: Path) -> Iterator[tuple[Key, tuple[float, float, str]]]:
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(_lines(path), start=1):
            parts = line.strip().split("___", _PARTS - 1)
            try:
                video, segment, start, end, text = parts
                yield (video, int(segment)), (float(start), float(end), text)
            except ValueError:
                raise DataError(f"{path}, line {number}: not VIDEO___number___start___end___text") from None


def _labels(folder: Path) -> dict[Key, dict[str, float]]:
    """Return the mean of the raters' answers of each segment."""
    answers: defaultdict[Key, list[Sequence[float]]] = defaultdict(list)
    for path in sorted(folder.glob("*.csv")):
        for number, row in enumerate(csv.DictReader(_lines(path)), start=2):
            try:
                answers[row["Input.VIDEO_ID"], int(row["Input.CLIP"])].append(_answer(row))
            except (KeyError, ValueError, TypeError) as error:
                raise DataError(f"{path}, line {number}: not an answer of a rater ({error!r})") from None
    return {key: dict(zip(_ANSWERS, map(fmean, zip(*rows, strict=True)), strict=True)) for key, rows in answers.items()}


def _answer(row: Mapping[str, str]) -> Sequence[float]:
    values = [float(row[f"Answer.{name}"] or 0) for name in _ANSWERS]
    least = [-_STRONGEST, *[0] * len(EMOTIONS)]
    if not all(low <= value <= _STRONGEST for low, value in zip(least, values, strict=True)):
        raise ValueError("an answer is out of range")
    return values


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"can't read {path}: {error}") from None
