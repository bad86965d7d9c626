"""Festivals and the dates on which they fall, in the solar and in the Chinese calendar."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from borax.calendars.lunardate import (
    InvalidLunarDateError,
    LunarDate,
)
from dateutil.easter import easter
from dateutil.relativedelta import MO, SU, TH, relativedelta

InYear = Callable[[int], datetime.date | None]
"""A date that comes back every year, or nearly: 29 February is None in most."""


def on(month: int, day: int) -> InYear:
    """Return the same day of each year; None in years that lack it."""

    def in_year(year: int) -> datetime.date | None:
        try:
            return datetime.date(year, month, day)
        except ValueError:
            return None

    return in_year


def _lunar(month: int, day: int, later: int = 0) -> InYear:
    def in_year(year: int) -> datetime.date | None:
        try:
            return LunarDate(year, month, day).to_solar_date() + datetime.timedelta(later)
        except InvalidLunarDateError:
            return None

    return in_year


def _after_easter(days: int) -> InYear:
    return lambda year: easter(year) + datetime.timedelta(days)


def _weekday(month: int, which: relativedelta, later: int = 0) -> InYear:
    return lambda year: datetime.date(year, month, 1) + which + datetime.timedelta(later)


_FESTIVALS: dict[str, InYear] = {
    "new year/new years/new year's/new year's day/new years day/元旦": on(1, 1),
    "valentine's day/valentines day/valentine's/valentines/情人节": on(2, 14),
    "women's day/international women's day/妇女节": on(3, 8),
    "植树节": on(3, 12),
    "st patrick's day/st. patrick's day/st patricks day/saint patrick's day": on(3, 17),
    "april fools/april fool's/april fools day/april fools' day/april fool's day/愚人节": on(4, 1),
    "earth day": on(4, 22),
    "may day/劳动节": on(5, 1),
    "儿童节": on(6, 1),
    "教师节": on(9, 10),
    "国庆/国庆节": on(10, 1),
    "halloween/万圣夜": on(10, 31),
    "christmas eve/xmas eve/平安夜": on(12, 24),
    "christmas/christmas day/xmas/x-mas/圣诞/圣诞节": on(12, 25),
    "boxing day": on(12, 26),
    "new year's eve/new years eve/nye/跨年夜": on(12, 31),
    "easter/easter sunday/复活节": _after_easter(0),
    "good friday/耶稣受难日": _after_easter(-2),
    "easter monday": _after_easter(1),
    "母亲节": _weekday(5, relativedelta(weekday=SU(2))),
    "父亲节": _weekday(6, relativedelta(weekday=SU(3))),
    "labor day": _weekday(9, relativedelta(weekday=MO(1))),
    "thanksgiving/thanksgiving day/us thanksgiving/感恩节": _weekday(11, relativedelta(weekday=TH(4))),
    "black friday/黑色星期五": _weekday(11, relativedelta(weekday=TH(4)), 1),
    "除夕/年三十": _lunar(1, 1, -1),
    "chinese new year/lunar new year/spring festival/cny/春节/大年初一/农历新年": _lunar(1, 1),
    "lantern festival/元宵节/元宵": _lunar(1, 15),
    "dragon boat festival/端午节/端午": _lunar(5, 5),
    "七夕/七夕节": _lunar(7, 7),
    "mid-autumn festival/mid autumn festival/moon festival/中秋节/中秋": _lunar(8, 15),
    "重阳节/重阳": _lunar(9, 9),
}
_BY_NAME = {name: in_year for names, in_year in _FESTIVALS.items() for name in names.split("/")}


def festival(name: str) -> InYear | None:
    """Return when a festival falls, by its lower-case English or its Chinese name; None for any other name."""
    return _BY_NAME.get(name.removeprefix("the "))
