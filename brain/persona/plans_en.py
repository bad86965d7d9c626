"""Plans in English: what a person will do, with its day. "I'm flying to Lima on 3 May", "my exam is on friday"."""

from __future__ import annotations

import datetime
import re

from brain.exact.calendar_words import MONTH, read_date
from brain.persona import values_en as values
from brain.persona.claim import Claim
from brain.persona.clause import Clause
from brain.persona.fact import SELF, Fact

_MONTHS = MONTH.replace("?P<month>", "?:")
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DATE = (
    rf"(?:(?P<day>(?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTHS}(?:,? [0-9]{{4}})?"
    rf"|{_MONTHS} (?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)?(?:,? [0-9]{{4}})?|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"
    rf"|tomorrow|tmrw|the day after tomorrow|(?:this |next )?{_WEEKDAY})|(?P<vague>next (?:week"
    rf"|month|year|spring|summer|fall|autumn|winter)|this (?:weekend|summer|winter|fall"
    rf"|spring)|in {_MONTHS}))"
)
_AT_END = re.compile(
    rf"^(?P<what>.+?),? (?:on )?(?:the )?{_DATE}(?: (?:at|around) .+| morning| evening| night| afternoon)?$",
    re.IGNORECASE,
)
_DOING = re.compile(
    (
        r"^be (?P<what>(?!living|working|studying|feeling|being|having|looking|doing|thinking"
        r"|trying|getting (?:old|tired|sick)|turning \d)\w+ing\b.*)$"
    ),
    re.IGNORECASE,
)
_STARTS_WITH_DATE = re.compile(rf"^{_DATE},? (?:i|we)(?:'m| am| are|'re)? (?P<what>.+)$", re.IGNORECASE)


def english_plan(clause: Clause, today: datetime.date) -> Claim | None:
    """Return the plan a clause tells of, None where it has no day or tells of none."""
    if clause.owner != SELF or clause.mode != "is":
        return None
    match = _AT_END.match(clause.text)
    return _plan(match, match["what"], today) if match else None


def english_plan_with_date_first(text: str, today: datetime.date) -> Claim | None:
    """Read "tomorrow i have a dentist appointment"."""
    match = _STARTS_WITH_DATE.match(text)
    return _plan(match, match["what"], today) if match else None


def _plan(match: re.Match[str], what: str, today: datetime.date) -> Claim | None:
    events = values.word("events").pattern
    done = _DOING.match(what) or re.match(rf"^have (?P<what>(?:an?|my|the) {events})$", what, re.IGNORECASE)
    done = done or re.match(rf"^my (?P<what>{events}) be$", what, re.IGNORECASE)
    done = done or re.match(
        r"^(?:will )?(?P<what>(?:(?:fly|leave|move|travel|start) .+|graduate))$", what, re.IGNORECASE
    )
    when = match["vague"] or _iso(match["day"].lower(), today)
    return Claim(Fact("plan", done["what"], when=when)) if done and when and len(what) <= values.LONGEST else None


def _iso(text: str, today: datetime.date) -> str | None:
    date = read_date(text.removeprefix("this ").removeprefix("next "), today)
    return date.isoformat() if date else None
