"""What is said in a crisis: written lines, help first and one question after. `answers.toml` holds them."""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from brain.crisis.kinds import KINDS, Crisis, CrisisSign
from brain.errors import DataError
from brain.text.cleaning import clean
from brain.text.language import LANGUAGES, Language, language_of

ANSWERS = Path(__file__).with_name("answers.toml")
STAGES = ("first", "second", "later")
_SLOT = "{help}"
_QUESTION = re.compile(r"[?\uff1f]")


@dataclass(frozen=True, slots=True)
class Answers:
    """All that can be said. `lines` are by language, group and stage; a group is a kind, or a kind "_of_another"."""

    help: Mapping[Language, Mapping[Crisis, str]]
    lines: Mapping[Language, Mapping[str, Mapping[str, Sequence[str]]]]

    @classmethod
    @cache
    def shipped(cls) -> Answers:
        """Return the answers that ship."""
        return read_answers(ANSWERS)

    def for_sign(self, sign: CrisisSign, language: Language) -> list[Sequence[str]]:
        """Return the lines for a sign: those of its stage, then those that stand in when all of these were said."""
        groups = self.lines[language]
        group = groups.get(f"{sign.kind}_of_another") if sign.about_another else None
        stages = group or groups[sign.kind]
        own = STAGES[min(sign.turns_in, len(STAGES) - 1)]
        return [stages[own], *(stages[stage] for stage in reversed(STAGES) if stage != own)]


def answer(sign: CrisisSign, turns: Sequence[str], said: Sequence[str], help_line: str | None = None) -> str:
    """Return what to say to the last of `turns`.

    `said` are the bot's own lines, oldest first. None is said again before all that fit were said (14 at least); then
    it is the one said longest ago. `help_line` is the operator's: whom to call, worded to follow "call".
    """
    answers = Answers.shipped()
    language = language_of(turns)
    helpers = clean(help_line or "") or answers.help[language][sign.kind]
    heard = {clean(line): place for place, line in enumerate(said)}
    stages = [[line.replace(_SLOT, helpers) for line in lines] for lines in answers.for_sign(sign, language)]
    for lines in stages:
        if fresh := [line for line in lines if clean(line) not in heard]:
            return fresh[_spot(turns) % len(fresh)]
    return min((line for lines in stages for line in lines), key=lambda line: heard[clean(line)])


def read_answers(path: Path) -> Answers:
    """Read a file of answers. Raises DataError that says what is wrong with it."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        answers = Answers(content["help"], {language: content[language] for language in LANGUAGES})
        faults = [fault for language in LANGUAGES for fault in _faults(answers, language)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is not a file of answers: {type(error).__name__} {error}") from None
    if faults:
        raise DataError(f"{path}: {faults[0]}")
    return answers


def _faults(answers: Answers, language: Language) -> Iterator[str]:
    """Yield what is missing, and each line that does not point to help or does not ask exactly one question."""
    for kind in KINDS:
        if not answers.help[language][kind] or kind not in answers.lines[language]:
            yield f"{language} has no {kind}"
    for name, stages in answers.lines[language].items():
        for stage in STAGES:
            if not stages[stage]:
                yield f"{language}.{name} has no {stage}"
            for line in stages[stage]:
                if _SLOT not in line or len(_QUESTION.findall(line)) != 1:
                    yield f"{language}.{name}.{stage} needs {_SLOT} and one question: {line}"


def _spot(turns: Sequence[str]) -> int:
    """Return a number that is always the same for the same talk."""
    return zlib.crc32("\n".join(turns).encode("utf-8", "surrogatepass"))
