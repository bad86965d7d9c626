"""Conversions between units: "5 ft 10 in cm", "how many ml in a cup", "3斤是多少公斤"."""

from __future__ import annotations

import re
from fractions import Fraction

from brain.exact.amounts import write
from brain.exact.question import Question
from brain.exact.units import Unit, units_called

_CONVERT = r"(?:how (?:do|can|would|to)(?: you| i| we)? )?(?:convert|change)"
_WAYS = [
    re.compile(
        rf"(?:{_CONVERT}|what's the conversion (?:between|from|of)) (?:an? )?"
        r"(?P<one>[^0-9]+) (?:to|in|into|and) (?P<unit>.+)"
    ),
    re.compile(
        rf"(?:(?:{_CONVERT}|(?:what|how (?:much|long|far|tall|big|heavy|hot|cold|fast))(?:'s| is| are)) )?"
        r"(?P<amount>.+) (?:to|in|into|as) (?P<unit>.+)"
    ),
    re.compile(
        r"how (?:many|much) (?P<unit>.+?)(?: are| is)?(?: there)?(?: in| is| are| makes?| equals?) (?P<amount>.+)"
    ),
    re.compile(r"what would (?P<amount>.+) be in (?P<unit>.+)"),
    re.compile(r"(?P<amount>.+) (?:is|are|equals?|is equal to|makes?) how (?:many|much) (?P<unit>.+)"),
    re.compile(
        r"[把将]?(?P<amount>.+?)(?:换算|转换|折合|折算|[转换化合])?(?:[成为到是有合=]|等于|相当于)?(?:多少|几)个?(?P<unit>.+)"
    ),
    re.compile(r"[把将]?(?P<amount>.+?)(?:换算|转换|折合|折算|[转换化])[成为](?P<unit>.+?)(?:(?:是|等于)?多少)?"),
]
# Before the next number of "5 ft 10 in", "5'10" or "3斤2两"; not inside "1 1/2" or "ft2".
_NEXT_NUMBER = re.compile(
    r" and (?=[0-9])|(?<![0-9]) (?=[0-9.])|(?<=')(?=[0-9])|(?<=[0-9]ft)(?=[0-9])|(?<=[\u4e00-\u9fff])(?=[0-9])"
)
_MEASURE = re.compile(r"(-?(?:[0-9]+ )?[0-9]+/[1-9][0-9]*|-?[0-9]*\.?[0-9]+|half an?|an?|半) ?个?(?:of an? )?(.*)")
_NAMED = {
    "a": Fraction(1),
    "an": Fraction(1),
    "half a": Fraction(1, 2),
    "half an": Fraction(1, 2),
    "半": Fraction(1, 2),
}
_WATER = re.compile(r" of water\b|的?水$")

Measure = tuple[Fraction, Unit]


def answer_conversion(question: Question) -> str | None:
    """Convert between units of one kind, or between weight and volume of water; None for anything else."""
    for way in _WAYS:
        if match := way.fullmatch(question.text):
            parts = match.groupdict()
            said = (parts["amount"] if "amount" in parts else f"1 {parts['one']}", parts["unit"])
            amount, target = (_WATER.sub("", part) for part in said)
            water = (amount, target) != said
            for unit in units_called(target):
                if (measures := _measures(amount, unit, water)) and (answer := _said(question, measures, unit, water)):
                    return answer
    return None


def _measures(text: str, target: Unit, water: bool) -> list[Measure]:
    """Read "5 ft 10" as 5 feet and 10 inches: all of a kind that converts to the target, or nothing."""
    measures: list[Measure] = []
    for piece in _NEXT_NUMBER.split(text):
        match = _MEASURE.fullmatch(piece)
        if not match:
            return []
        after_feet = bool(measures) and measures[-1][1].many == "feet"
        name = match[2] or ("inches" if after_feet else "")
        kinds = {"weight", "volume"} if water else {target.kind}
        unit = next((unit for unit in units_called(name) if unit.kind in kinds), None)
        if unit is None or (measures and unit.kind != measures[0][1].kind):
            return []
        measures.append((_number(match[1]), unit))
    return measures


def _number(text: str) -> Fraction:
    """Read 2.5, 1/2, 1 1/2 or "half a"."""
    return _NAMED[text] if text in _NAMED else sum((Fraction(part) for part in text.split()), Fraction(0))


def _said(question: Question, measures: list[Measure], target: Unit, water: bool) -> str | None:
    if any(unit == target for _, unit in measures) or (len(measures) > 1 and target.kind == "temperature"):
        return None
    value = sum((unit.to(target, number) for number, unit in measures), Fraction(0))
    written = write(value, most_decimals=3)
    english = ", ".join([*_notes(measures, target, 0), *_feet_and_inches(value, target, written.exact)])
    chinese = "，".join(_notes(measures, target, 1))
    return question.say(
        f"{' '.join(_english(write(number).digits, unit) for number, unit in measures)}{' of water' * water} is "
        f"{_english(written.english, target)}{f' ({english})' * bool(english)}.",
        f"{''.join(write(number).digits + unit.chinese for number, unit in measures)}{'水' * water}"
        f"{'是' if written.exact else '约是'}{written.digits}{target.chinese}{f'（{chinese}）' * bool(chinese)}。",
    )


def _notes(measures: list[Measure], target: Unit, language: int) -> list[str]:
    notes = [unit.notes[language] for unit in [*(unit for _, unit in measures), target]]
    return list(dict.fromkeys(note for note in notes if note))


def _feet_and_inches(value: Fraction, target: Unit, exact: bool) -> list[str]:
    """Say a person's height as people do."""
    if target.many != "feet" or exact or not 1 < value < 10:
        return []
    feet, tenths = divmod(round(value * 120), 120)
    return [f"{feet} ft {write(Fraction(tenths, 10)).digits} in"]


def _english(digits: str, unit: Unit) -> str:
    return f"{digits} {unit.one if digits == '1' else unit.many}"
