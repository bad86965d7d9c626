"""Leap years, and how many days a month or a year has."""

from __future__ import annotations

import calendar
import datetime
import re

from brain.exact.calendar_words import MONTH, month_in_english, month_number, read_year
from brain.exact.question import Question
from brain.exact.rules import Rules

_YEAR = r"(?P<year>[0-9]{4}|(?:this|next|last) year)"
_CHINESE_YEAR = r"(?P<year>[0-9]{4}年|今年|明年|后年|去年)"
_HOW_MANY = r"how many days (?:are |is )?(?:there )?(?:in|does)"


def answer_calendar_fact(question: Question, today: datetime.date) -> str | None:
    """Answer what years and months are like; None for anything else."""
    return _RULES.answer(question, today)


def _leap(match: re.Match[str], question: Question, today: datetime.date) -> str | None:
    year = read_year(match["year"], today)
    if not year:
        return None
    is_leap = calendar.isleap(year)
    return question.say(
        f"{'Yes' if is_leap else 'No'}, {year} is {'' if is_leap else 'not '}a leap year.",
        f"{year}年{'是' if is_leap else '不是'}闰年。",
    )


def _next_leap(match: re.Match[str], question: Question, today: datetime.date) -> str:
    year = next(year for year in range(today.year + 1, today.year + 9) if calendar.isleap(year))
    return question.say(f"The next leap year is {year}.", f"下一个闰年是{year}年。")


def _month(match: re.Match[str], question: Question, today: datetime.date) -> str | None:
    month, year = month_number(match["month"]), read_year(match["year"], today)
    if not 1 <= month <= 12 or year == 0:
        return None
    if month == 2 and year is None:
        return question.say("February has 28 days, and 29 in a leap year.", "2月有28天，闰年有29天。")
    days = calendar.monthrange(year or today.year, month)[1]
    return question.say(
        f"{month_in_english(month)}{f' {year}' if year else ''} has {days} days.",
        f"{f'{year}年' if year else ''}{month}月有{days}天。",
    )


def _year(match: re.Match[str], question: Question, today: datetime.date) -> str:
    year = read_year(match["year"], today)
    if not year:
        return question.say("A year has 365 days, and a leap year 366.", "平年有365天，闰年有366天。")
    days = 366 if calendar.isleap(year) else 365
    return question.say(f"{year} has {days} days.", f"{year}年有{days}天。")


def _leap_year(match: re.Match[str], question: Question, today: datetime.date) -> str:
    return question.say("A leap year has 366 days.", "闰年有366天。")


_RULES = Rules(
    english=[
        (rf"(?:is|was|will) {_YEAR}(?: be)? a leap year", _leap),
        (r"wh(?:at|en)'s the next leap year", _next_leap),
        (rf"{_HOW_MANY} {MONTH}(?:,? (?:of )?{_YEAR})?(?: have)?", _month),
        (rf"{_HOW_MANY} (?:a year|{_YEAR})(?: have)?", _year),
        (rf"{_HOW_MANY} a leap year(?: have)?", _leap_year),
    ],
    chinese=[
        (rf"{_CHINESE_YEAR}是(?:不是)?闰年吗?", _leap),
        (r"下1?个闰年是(?:哪1?年|什么时候)", _next_leap),
        (rf"(?:{_CHINESE_YEAR}的?)?(?P<month>[0-9]{{1,2}})月份?有(?:多少|几)天", _month),
        (rf"(?:1年|{_CHINESE_YEAR})有(?:多少|几)天", _year),
        (r"闰年1?年?有(?:多少|几)天", _leap_year),
    ],
)
