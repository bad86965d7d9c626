"""How long it is until a date, since one, or between two."""

from __future__ import annotations

import datetime
import re

from dateutil.relativedelta import relativedelta

from brain.exact.calendar_words import in_chinese, in_english, read_date
from brain.exact.question import Question
from brain.exact.rules import Rules

_ARE_THERE = r"(?: is it| are there| have passed| has it been| are left| left| to go)?"
_UNIT = r"(?:多少|几)个?(?P<unit>天|周|星期|月)"


def answer_countdown(question: Question, today: datetime.date) -> str | None:
    """Answer how many days, weeks or months lie between two dates, or today and one; None for anything else."""
    return _RULES.answer(question, today)


def _until(match: re.Match[str], question: Question, today: datetime.date) -> str | None:
    date = read_date(match["date"], today)
    if date is None or date < today:
        return None
    if date == today:
        return question.say("That's today!", "就是今天！")
    span = _span(today, date, match["unit"], question)
    return question.say(f"{span} to go until {in_english(date)}.", f"还有{span}，那天是{in_chinese(date)}。")


def _since(match: re.Match[str], question: Question, today: datetime.date) -> str | None:
    date = read_date(match["date"], today, ahead=False)
    if date is None or date > today:
        return None
    span = _span(date, today, match["unit"], question)
    return question.say(f"{span} since {in_english(date)}.", f"已经过了{span}，那天是{in_chinese(date)}。")


def _between(match: re.Match[str], question: Question, today: datetime.date) -> str | None:
    first, last = read_date(match["first"], today), read_date(match["last"], today)
    if first is None or last is None:
        return None
    if re.search("[0-9]{4}", match["last"]):  # "from 3 march to 1 june 2027" begins in 2027
        first = read_date(match["first"], last.replace(month=1, day=1)) or first
    elif last < first:
        last = read_date(match["last"], first) or last
    first, last = sorted((first, last))
    span = _span(first, last, match["unit"], question)
    return question.say(
        f"{span} from {in_english(first)} to {in_english(last)}.",
        f"从{in_chinese(first)}到{in_chinese(last)}，共{span}。",
    )


def _span(first: datetime.date, last: datetime.date, unit: str | None, question: Question) -> str:
    """Say how far apart two dates are: in days, or in weeks or months and what days are left over."""
    days = (last - first).days
    months = weeks = 0
    if unit in ("months", "月"):
        apart = relativedelta(last, first)
        months, days = 12 * apart.years + apart.months, apart.days
    elif unit in ("weeks", "周", "星期"):
        weeks, days = divmod(days, 7)
    counted = [(months, "month", "个月"), (weeks, "week", "周"), (days, "day", "天")]
    parts = [part for part in counted if part[0]] or [(0, "day", "天")]
    english = " and ".join(f"{count:,} {name}{'s' * (count != 1)}" for count, name, _ in parts)
    return question.say(english, "零".join(f"{count}{name}" for count, _, name in parts))


_RULES = Rules(
    english=[
        (
            rf"(?:(?:how many )?(?P<unit>days|weeks|months){_ARE_THERE}|how long(?: is it)?)"
            r" (?:until+|till?|to|before) (?P<date>.+)",
            _until,
        ),
        (rf"how (?:many (?P<unit>days|weeks|months)|long){_ARE_THERE} since (?P<date>.+)", _since),
        (r"how (?:many (?P<unit>days|weeks|months)|long) ago was (?P<date>.+)", _since),
        (
            rf"(?:how many )?(?P<unit>days|weeks|months){_ARE_THERE} (?:between|from) "
            r"(?P<first>.+) (?:and|to|until+|till?) (?P<last>.+)",
            _between,
        ),
    ],
    chinese=[
        (rf"从?(?P<first>.+?)[到至](?P<last>.+?)(?:还|一共|总共)?(?:有|是|隔|相差|要)?{_UNIT}", _between),
        (rf"(?:今天|现在)?(?:离|距离?|到)?(?P<date>.+?)(?:还有|还剩|还要|有){_UNIT}", _until),
        (rf"(?P<date>.+?)(?:到现在|到今天|至今|距今)(?:已经)?(?:有|过了)?{_UNIT}了?", _since),
    ],
)
