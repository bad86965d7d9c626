"""What a crisis sounds like: patterns by kind and language, and what cancels them. `patterns.*.toml` has the words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from brain.crisis.kinds import KINDS, Crisis
from brain.errors import DataError
from brain.text.cleaning import clean

_HERE = Path(__file__).parent
_LONGEST = 2000
"""Characters of a message that are looked at, from its end."""
_REPEATED = re.compile(r"(.{1,12}?)\1{3,}", re.DOTALL)
_WIDE = str.maketrans("，。！？、；：", ",.!?,;:")
_SPACE_AT_HAN = re.compile(r"(?<=[\u3400-\u9fff,.!?;:]) (?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff]) ")
CERTAIN, LIKELY = 0.97, 0.8
_KINDS: Mapping[str, Crisis] = {kind: kind for kind in KINDS}
_DISTANT = {"story", "news", "past"}


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern that matched."""

    kind: Crisis
    confidence: float
    words: str


@dataclass(frozen=True, slots=True)
class Patterns:
    """The patterns of one language, compiled."""

    idioms: re.Pattern[str]
    """What only sounds like a crisis; taken out of a text first."""
    always: Mapping[Crisis, re.Pattern[str]]
    certain: Mapping[Crisis, re.Pattern[str]]
    likely: Mapping[Crisis, re.Pattern[str]]
    frames: Mapping[str, re.Pattern[str]]
    about: Mapping[str, re.Pattern[str]]
    after: Mapping[str, re.Pattern[str]]
    together: Sequence[tuple[Crisis, Sequence[re.Pattern[str]]]]
    """Signs of a kind that are one only together."""

    @classmethod
    @cache
    def shipped(cls, language: str) -> Patterns:
        """Return the patterns of a language that ship."""
        return read_patterns(_HERE / f"patterns.{language}.toml")

    def find(self, text: str) -> Found | None:
        """Return the surest sign in a normal text."""
        return next(self._matches(self.idioms.sub(" ~ ", text)), None)

    def _matches(self, literal: str) -> Iterator[Found]:
        frames = {name for name, pattern in self.frames.items() if pattern.search(literal)}
        yield from _found(self.always, literal, CERTAIN)
        if "present" in frames or not frames & _DISTANT:
            yield from _found(self.certain, literal, CERTAIN)
        if "joke" not in frames and ("present" in frames or not frames & _DISTANT):
            yield from self._joined(literal)
        if not frames - {"present"}:
            yield from _found(self.likely, literal, LIKELY)

    def _joined(self, literal: str) -> Iterator[Found]:
        for kind, signs in self.together:
            matches = [match for sign in signs if (match := sign.search(literal))]
            if len(matches) == len(signs):
                yield Found(kind, CERTAIN, ", ".join(match.group().strip() for match in matches))


def read_patterns(path: Path) -> Patterns:
    """Read and compile a file of patterns. Raises DataError that says what is wrong with it."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        words = _Words(content.get("edge", ""), content["words"])
        levels = ({kind: content[kind].get(level, []) for kind in KINDS} for level in ("always", "certain", "likely"))
        always, certain, likely = (words.each(level) for level in levels)
        framed, about, after = (_Words("", {}).each(content[name]) for name in ("framed", "about", "after"))
        together: list[tuple[Crisis, list[re.Pattern[str]]]] = [
            (_KINDS[signs["kind"]], [re.compile(sign) for sign in signs["all"]]) for signs in content["together"]
        ]
        return Patterns(words.compiled(content["idioms"]), always, certain, likely, framed, about, after, together)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, re.error) as error:
        raise DataError(f"{path} is not a file of patterns: {error}") from None


@dataclass(frozen=True, slots=True)
class _Words:
    """What patterns are written with. `edge` stands before each; a name in braces for its alternatives."""

    edge: str
    named: Mapping[str, str]

    def each(self, lists: Mapping[Any, Sequence[str]]) -> dict[Any, re.Pattern[str]]:
        return {name: self.compiled(patterns) for name, patterns in lists.items() if patterns}

    def compiled(self, patterns: Sequence[str]) -> re.Pattern[str]:
        joined = "|".join(f"(?:{pattern})" for pattern in patterns)
        for name, alternatives in reversed(list(self.named.items())):
            joined = joined.replace(f"{{{name}}}", alternatives)
        return re.compile(f"{self.edge}(?:{joined})")


def _found(patterns: Mapping[Crisis, re.Pattern[str]], text: str, confidence: float) -> Iterator[Found]:
    for kind, pattern in patterns.items():
        if match := pattern.search(text):
            yield Found(kind, confidence, match.group().strip())


def normal(text: str) -> str:
    """Return a text as patterns read it.

    Cleaned, in lower case, without apostrophes, punctuation narrow, nothing repeated more than thrice in a row, and no
    space next to Chinese.
    """
    text = clean(text[-_LONGEST:]).lower().replace("'", "").translate(_WIDE)
    return _SPACE_AT_HAN.sub("", _REPEATED.sub(r"\1\1\1", text))
