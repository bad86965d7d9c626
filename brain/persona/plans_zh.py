"""Plans in Chinese: what a person will do, with its day. 我5月3号飞利马, 我周五有面试."""

from __future__ import annotations

import datetime
import re

from brain.exact.calendar_words import read_date
from brain.persona import values_zh as values
from brain.persona.claim import Claim
from brain.persona.clause import Clause
from brain.persona.fact import SELF, Fact

_DATED = re.compile(
    r"^(?:打算|准备|要|会)?(?:在)?(?:(?P<day>(?:[0-9]{4}年|今年|明年)?[0-9]{1,2}月[0-9]{1,2}[号日]|明天|后天|大后天|(?:这|下)?个?(?:周|星期|礼拜)[一二三四五六日天1-6])"
    r"|(?P<vague>下周|下星期|下个?月|明年|[0-9]{1,2}月(?![0-9])|春节|国庆|这周末|周末))(?:早上|上午|中午|下午|晚上)?(?:要|就|打算|准备|会|就要)?(?P<what>.+)$"
)
_WHAT = re.compile(
    r"^(?:有个?(?P<event>{events})|(?P<what>(?:飞|去|搬|结婚|考|面试|做手术|出发|回|出差|开学|毕业|入职|参加|见).*))$".replace(
        "{events}", values.word("events").pattern
    )
)
_DIGITS = {"1": "一", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六"}


def chinese_plan(clause: Clause, today: datetime.date) -> Claim | None:
    """Return the plan a clause tells of, None where it has no day or tells of none."""
    dated = _DATED.match(clause.text) if clause.owner == SELF and clause.mode == "is" else None
    what = _WHAT.match(re.sub(r"[啦了吧哦呀]+$", "", dated["what"])) if dated else None
    value = values.phrase(what["event"] or what["what"]) if what else None
    when = dated and (dated["vague"] or _iso(dated["day"], today))
    return Claim(Fact("plan", value, when=when)) if value and when else None


def _iso(text: str, today: datetime.date) -> str | None:
    text = re.sub(r"(?<=[周期拜])[1-6]$", lambda match: _DIGITS[match[0]], text)
    date = read_date(text.removeprefix("这"), today)
    return date.isoformat() if date and date >= today else None
