"""Dates and spans as people write them: "4 july 1999", "3月8号", "friday", "easter 2027", "two weeks", 三个月."""

from __future__ import annotations

import datetime
import re

from dateutil.relativedelta import relativedelta

from brain.exact.festivals import InYear, festival, on

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHINESE_WEEKDAYS = "一二三四五六日"

MONTH = "(?P<month>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in map(str.lower, _MONTHS)) + "|sept|febuary)"
_YEAR = r"(?P<year>[0-9]{4}|(?:this|next|last) year)"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_DAYS_OF_YEARS = [
    re.compile(rf"(?:the )?{_DAY}(?: of)? {MONTH}(?:,? (?:of )?{_YEAR})?"),
    re.compile(rf"{MONTH} (?:the )?{_DAY}(?:,? (?:of )?{_YEAR})?"),
    re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"),
    re.compile(r"(?:(?P<year>[0-9]{4}年|今年|明年|后年|去年)的?)?(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})[号日]?"),
]
_FESTIVAL = re.compile(
    rf"(?:(?P<chinese>[0-9]{{4}}年|今年|明年|后年|去年)的?)?(?P<name>.+?)(?:,? (?:in |of )?{_YEAR})?"
)
_YEARS_AWAY = {"this year": 0, "next year": 1, "last year": -1, "今年": 0, "明年": 1, "后年": 2, "去年": -1}
_DAYS_AWAY = {
    "today": 0, "now": 0, "tomorrow": 1, "tmrw": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1,
    "yesterday": -1, "the day after tomorrow": 2, "the day before yesterday": -2,
    "今天": 0, "今日": 0, "现在": 0, "明天": 1, "后天": 2, "大后天": 3, "昨天": -1, "前天": -2, "大前天": -3,
}  # fmt: skip
_WEEKDAY = re.compile(
    rf"(?:this |on )?({'|'.join(_WEEKDAYS).lower()})|(?:(这|本|下)个?)?(?:周|星期|礼拜)([一二三四五六日天])"
)
_SPAN = re.compile(r"([0-9]{1,5}|an?) ?(day|week|fortnight|month|year)s?|([0-9]{1,5})个?(天|日|周|星期|礼拜|月|年)")
_SPANS = {
    "day": relativedelta(days=1), "week": relativedelta(weeks=1), "fortnight": relativedelta(weeks=2),
    "month": relativedelta(months=1), "year": relativedelta(years=1),
    "天": relativedelta(days=1), "日": relativedelta(days=1), "周": relativedelta(weeks=1),
    "星期": relativedelta(weeks=1), "礼拜": relativedelta(weeks=1),
    "月": relativedelta(months=1), "年": relativedelta(years=1),
}  # fmt: skip
# Before 1583 people counted by another calendar.
_YEARS = range(1583, 10000)


def read_date(text: str, today: datetime.date, ahead: bool = True) -> datetime.date | None:
    """Read a date; one without a year is the next from today on, or with `ahead` False the latest up to today."""
    if text in _DAYS_AWAY:
        return today + datetime.timedelta(_DAYS_AWAY[text])
    if match := _WEEKDAY.fullmatch(text):
        return _weekday(match, today)
    for pattern in _DAYS_OF_YEARS:
        if match := pattern.fullmatch(text):
            in_year = on(month_number(match["month"]), int(match["day"]))
            return _in_year(in_year, read_year(match["year"], today), today, ahead)
    return read_festival(text, today, ahead)


def read_festival(text: str, today: datetime.date, ahead: bool = True) -> datetime.date | None:
    """Read a festival with or without its year, as `read_date` does."""
    match = _FESTIVAL.fullmatch(text)
    in_year = festival(match["name"].removeprefix("next ")) if match else None
    if not match or not in_year:
        return None
    return _in_year(in_year, read_year(match["year"] or match["chinese"], today), today, ahead)


def read_year(text: str | None, today: datetime.date) -> int | None:
    """Read 2028, "next year", 2028年 or 明年."""
    if text is None:
        return None
    return today.year + _YEARS_AWAY[text] if text in _YEARS_AWAY else int(text.removesuffix("年"))


def read_span(text: str) -> relativedelta | None:
    """Read "3 weeks", "a year and 2 months" or 3个月."""
    total = relativedelta()
    for part in re.split(r",? and |, ?|(?<=[天日周期拜月年])零?(?=[0-9])", text):
        match = _SPAN.fullmatch(part)
        if not match:
            return None
        count = match[1] or match[3]
        total += _SPANS[match[2] or match[4]] * (1 if count in ("a", "an") else int(count))
    return total


def month_number(name: str) -> int:
    """Return the month called "3", "mar" or "march"."""
    return int(name) if name.isdecimal() else [month[:3].lower() for month in _MONTHS].index(name[:3]) + 1


def month_in_english(month: int) -> str:
    """Return its English name."""
    return _MONTHS[month - 1]


def in_english(date: datetime.date) -> str:
    """Write Sunday, 4 July 1999."""
    return f"{_WEEKDAYS[date.weekday()]}, {date.day} {month_in_english(date.month)} {date.year}"


def in_chinese(date: datetime.date) -> str:
    """Write 1999年7月4日，星期日."""
    return f"{date.year}年{date.month}月{date.day}日，星期{_CHINESE_WEEKDAYS[date.weekday()]}"


def _in_year(in_year: InYear, year: int | None, today: datetime.date, ahead: bool) -> datetime.date | None:
    if year is not None:
        return in_year(year) if year in _YEARS else None
    for away in range(10):
        date = in_year(today.year + (away if ahead else -away))
        if date and (date >= today if ahead else date <= today):
            return date
    return None


def _weekday(match: re.Match[str], today: datetime.date) -> datetime.date:
    if match[1]:
        number = [name.lower() for name in _WEEKDAYS].index(match[1])
    else:
        number = _CHINESE_WEEKDAYS.index(match[3].replace("天", "日"))
    if match[2]:
        return today + datetime.timedelta(number - today.weekday() + (7 if match[2] == "下" else 0))
    return today + datetime.timedelta((number - today.weekday() - 1) % 7 + 1)
