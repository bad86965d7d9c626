"""Which day it is, when a festival falls, and which date is so long before or after another."""

from __future__ import annotations

import datetime
import re

from brain.exact.calendar_words import in_chinese, in_english, month_in_english, read_date, read_festival, read_span
from brain.exact.question import Question
from brain.exact.rules import Rules

_WHAT_DAY = (
    r"(?:what|which)(?:'s the| the)? (?:day of the week|date|day|weekday)"
    r"(?: (is|was|will|would|does|did))?(?: it)?(?: be)?"
)
_WHICH = r"(?:(?:星期|周|礼拜)几|几月几[号日]|几[号日]|哪1?天|什么时候|多少号)"
_CHINESE_SPAN = r"(?P<span>[0-9]+(?:天|日|个?星期|个?礼拜|周|个月|年))"


def answer_date(question: Question, today: datetime.date) -> str | None:
    """Answer which date something is; None for anything else."""
    return _RULES.answer(question, today)


def _today(match: re.Match[str], question: Question, today: datetime.date) -> str:
    return question.say(f"It's {in_english(today)}.", f"今天是{in_chinese(today)}。")


def _this_year(match: re.Match[str], question: Question, today: datetime.date) -> str:
    return question.say(f"It's {today.year}.", f"今年是{today.year}年。")


def _this_month(match: re.Match[str], question: Question, today: datetime.date) -> str:
    return question.say(f"It's {month_in_english(today.month)} {today.year}.", f"现在是{today.year}年{today.month}月。")


def _day(match: re.Match[str], question: Question, today: datetime.date) -> str | None:
    return _that_is(read_date(match["date"], today, ahead=match[1] not in ("was", "did")), question, today)


def _when(match: re.Match[str], question: Question, today: datetime.date) -> str | None:
    return _that_is(read_festival(match["date"], today, ahead=match[1] not in ("was", "did")), question, today)


def _moved(match: re.Match[str], question: Question, today: datetime.date) -> str | None:
    parts = match.groupdict()
    span, start = read_span(match["span"]), read_date(parts.get("date") or "today", today)
    if span is None or start is None:
        return None
    back = parts.get("way") in ("before", "ago", "前")
    return _that_is(start - span if back else start + span, question, today)


def _that_is(date: datetime.date | None, question: Question, today: datetime.date) -> str | None:
    if date is None:
        return None
    that = "That was" if date < today else "That's"
    return question.say(f"{that} {in_english(date)}.", f"是{in_chinese(date)}。")


_RULES = Rules(
    english=[
        (r"what (?:date|day|day of the week)(?: is it| is today)(?: today| now)?", _today),
        (r"what's today|what day of the month is it(?: today)?", _today),
        (r"what's (?:the|the current|today's) (?:date|day|day of the week)(?: of today| today| now)?", _today),
        (r"what (?:(?:day|date) it|the (?:day|date)|today's date|day today) is(?: today| now)?", _today),
        (r"today's date|current date", _today),
        (r"what(?:'s the(?: current)? year(?: now)?| year is (?:it|this)(?: now)?)", _this_year),
        (r"what(?:'s the(?: current)? month(?: now)?| month is (?:it|this)(?: now)?)", _this_month),
        (r"what()(?:'s| would) (?P<date>tomorrow|yesterday)'s date(?: be)?", _day),
        (rf"{_WHAT_DAY} in (?P<span>.+)", _moved),
        (rf"in (?P<span>.+), {_WHAT_DAY}", _moved),
        (r"what (?:will|would) (?:the (?:date|day)|it) be (?:in )?(?P<span>.+?)(?: from (?:now|today))?", _moved),
        (rf"{_WHAT_DAY} (?P<span>.+) (?:from|after) (?P<date>.+)", _moved),
        (rf"{_WHAT_DAY} (?P<span>.+) (?P<way>before) (?P<date>.+)", _moved),
        (rf"{_WHAT_DAY} (?P<span>.+) (?P<way>ago)", _moved),
        (r"(?:wh(?:at|en)'s |when was )?(?P<span>.+) from (?P<date>.+)", _moved),
        (r"(?:wh(?:at|en)'s |when was )(?P<span>.+) (?:(?P<way>before)|after) (?P<date>.+)", _moved),
        (rf"{_WHAT_DAY} (?:on )?(?P<date>.+?)(?: be| fall| land)?(?: on)?", _day),
        (r"when(?:'s| (was|will|does|did)) (?P<date>.+?)(?: be| fall)?", _when),
    ],
    chinese=[
        (rf"(?:今天|今日)的?(?:日期)?(?:是|日期是)?{_WHICH}(?:{_WHICH})?", _today),
        (r"(?:今年|现在)是?[哪几]1?年", _this_year),
        (r"(?:这个?月|现在)是?几月份?", _this_month),
        (rf"(?:再?过|(?P<date>.+?)再?过){_CHINESE_SPAN}(?:[之以]?后)?(?:会?是)?{_WHICH}", _moved),
        (rf"(?:(?P<date>.+?)(?:的|再)?)?(?<![0-9]){_CHINESE_SPAN}[之以]?(?P<way>后|前)(?:会?是)?{_WHICH}", _moved),
        (rf"()(?P<date>.+?)(?:那天)?(?:会?是|在)?{_WHICH}", _day),
    ],
)
