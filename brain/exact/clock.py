"""Questions about the time of day: what time it is, will be or was, and how long it is between two times."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from fractions import Fraction

from brain.exact.question import Question
from brain.exact.rules import Rules

_DAY = 24 * 60
_NOON = 12 * 60
_ENGLISH_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))? ?(?P<half>[ap])\.?m\.?"
    r"|(?P<hour24>[0-9]{1,2}):(?P<minute24>[0-9]{2})|(?P<word>noon|midday|midnight)"
)
_CHINESE_TIME = re.compile(
    r"(?P<part>凌晨|早上|上午|中午|下午|晚上)?(?P<hour>[0-9]{1,2})(?:点钟?|:)(?:(?P<minute>[0-9]{1,2})分?|(?P<half>半)|(?P<quarter>[13])刻)?"
)
_SPAN = re.compile(
    r"(?P<count>[0-9]{1,5}(?:\.[0-9]{1,3})?|half an|an?|半) ?个?(?P<more>半)?"
    r"(?P<unit>hour|hr|h|minute|min|m|小时|钟头|分)(?:s|钟)?(?P<half> and a half)?"
)
_COUNTS = {"a": Fraction(1), "an": Fraction(1), "half an": Fraction(1, 2), "半": Fraction(1, 2)}
_HOURS = ("h", "小", "钟")


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, and whether "pm", 下午 or the like was said with it."""

    minutes: int
    half_said: bool = False

    @property
    def plain(self) -> bool:
        """Whether it can't be twelve hours later as well."""
        return self.half_said or self.minutes > _NOON


def answer_clock(question: Question, now: datetime.datetime | None) -> str | None:
    """Answer a question about the time of day; None for anything else, or where it needs an unknown `now`."""
    return _RULES.answer(question, now)


def _now(match: re.Match[str], question: Question, now: datetime.datetime | None) -> str | None:
    if now is None:
        return None
    time = _clock_face(now.hour * 60 + now.minute)
    return question.say(f"It's {time}.", f"现在是{time}。")


def _moved(match: re.Match[str], question: Question, now: datetime.datetime | None) -> str | None:
    """Say which time is so long before or after another, or after now."""
    parts = match.groupdict()
    minutes, start = _minutes(match["span"]), _start(parts.get("time"), now)
    if minutes is None or start is None:
        return None
    back = parts.get("way") in ("before", "ago", "minus", "-", "前")
    days, minute = divmod(start + (-minutes if back else minutes), _DAY)
    time = _clock_face(minute, twelve=bool(re.search("[ap]m", parts.get("time") or "")))
    that = "That was" if parts.get("way") == "ago" else "That's"
    return question.say(f"{that} {time}{_english_day(days)}.", f"是{_chinese_day(days)}{time}。")


def _between(match: re.Match[str], question: Question, now: datetime.datetime | None) -> str | None:
    first, last = _time(match["first"]), _time(match["last"])
    return _apart(first, last, question) if first and last else None


def _until(match: re.Match[str], question: Question, now: datetime.datetime | None) -> str | None:
    last = _time(match["time"])
    if now is None or last is None:
        return None
    return _apart(Time(now.hour * 60 + now.minute, half_said=True), last, question)


def _apart(first: Time, last: Time, question: Question) -> str:
    """Say how long it is from one time to the next; "9:40 to 5:15" and "3pm to 5:00" end in the afternoon."""
    as_said = last.plain or (first.plain and not first.half_said) or last.minutes >= first.minutes
    end = last.minutes if as_said or last.minutes + _NOON < first.minutes else last.minutes + _NOON
    hours, minutes = divmod((end - first.minutes) % _DAY, 60)
    counted = [(hours, "hour", "小时"), (minutes, "minute", "分钟")]
    parts = [part for part in counted if part[0]] or [(0, "minute", "分钟")]
    english = " and ".join(f"{count} {name}{'s' * (count != 1)}" for count, name, _ in parts)
    chinese = "".join(f"{count}{name}" for count, _, name in parts)
    start, stop = _clock_face(first.minutes), _clock_face(end)
    return question.say(f"{start} to {stop} is {english}.", f"{start}到{stop}是{chinese}。")


def _start(text: str | None, now: datetime.datetime | None) -> int | None:
    if text:
        time = _time(text)
        return time.minutes if time else None
    return now.hour * 60 + now.minute if now else None


def _time(text: str) -> Time | None:
    match = _ENGLISH_TIME.fullmatch(text)
    if not match:
        return _chinese_time(text)
    if match["word"]:
        return Time(0 if match["word"] == "midnight" else _NOON, half_said=True)
    if match["hour24"]:
        return _checked(int(match["hour24"]), int(match["minute24"]))
    hour = int(match["hour"])
    if not 1 <= hour <= 12:
        return None
    return _checked(hour % 12 + 12 * (match["half"] == "p"), int(match["minute"] or 0), half_said=True)


def _chinese_time(text: str) -> Time | None:
    match = _CHINESE_TIME.fullmatch(text)
    if not match:
        return None
    hour = int(match["hour"])
    minute = 30 if match["half"] else 15 * int(match["quarter"] or 0) or int(match["minute"] or 0)
    if match["part"] and hour <= 12:
        late = match["part"] in ("下午", "晚上") or (match["part"] == "中午" and (hour == 12 or hour < 3))
        hour = hour % 12 + 12 * late
    return _checked(hour, minute, half_said=bool(match["part"]))


def _checked(hour: int, minute: int, half_said: bool = False) -> Time | None:
    return Time(hour * 60 + minute, half_said) if hour < 24 and minute < 60 else None


def _minutes(text: str) -> int | None:
    """Read "3 hours and 20 minutes", "half an hour" or 一个半小时 as whole minutes."""
    total = Fraction(0)
    for part in re.split(r",? and (?!a half)|, ?|(?<=[时头])(?=[0-9])|(?<=[a-z]) (?=[0-9])", text):
        match = _SPAN.fullmatch(part)
        if not match:
            return None
        count = _COUNTS[match["count"]] if match["count"] in _COUNTS else Fraction(match["count"])
        count += Fraction(bool(match["more"] or match["half"]), 2)
        total += count * (60 if match["unit"].startswith(_HOURS) else 1)
    return int(total) if total.denominator == 1 else None


def _clock_face(minute: int, twelve: bool = False) -> str:
    hour, minute = divmod(minute, 60)
    return f"{(hour - 1) % 12 + 1}:{minute:02} {'pm' if hour >= 12 else 'am'}" if twelve else f"{hour}:{minute:02}"


def _english_day(days: int) -> str:
    named = {0: "", 1: " the next day", -1: " the day before"}
    return named.get(days, f" {abs(days):,} days {'later' if days > 0 else 'earlier'}")


def _chinese_day(days: int) -> str:
    return {0: "", 1: "第二天", -1: "前一天"}.get(days, f"{abs(days)}天{'后' if days > 0 else '前'}的")


_WHAT_TIME = r"what(?:'s the)? time (?:(?:is|was|will|would) (?:it )?(?:be )?)?"
_HOW_LONG = r"(?:how long|how many (?:hours|minutes)|how much time)(?: is| are)?(?: it| there| left)? "
_CHINESE_START = r"(?:(?P<time>[^过小]*?[点:][^过小]*?)的?)"
_CHINESE_SPAN = r"(?P<span>(?:[0-9.]+|半)个?半?(?:小时|钟头|分).*?)"
_CHINESE_HOW_LONG = r"(?:还?有|是|要)?(?:多久|多长时间|多少时间|(?:多少|几)个?(?:小时|分钟|钟头))"

_RULES = Rules(
    english=[
        (r"what time (?:is it|it is)(?: now)?|(?:what's the )?current time|what's the time(?: now)?", _now),
        (rf"{_WHAT_TIME}in (?P<span>.+)", _moved),
        (rf"{_WHAT_TIME}(?P<span>.+) (?:from now|(?P<way>ago))", _moved),
        (rf"(?:{_WHAT_TIME}|what's )(?P<span>.+) (?:after|from|(?P<way>before)) (?P<time>.+)", _moved),
        (r"what's (?P<time>.+?) ?(?:plus|\+|(?P<way>minus|-)) ?(?P<span>.+)", _moved),
        (rf"{_HOW_LONG}(?:from|between) (?P<first>.+) (?:to|and|until+|till?) (?P<last>.+)", _between),
        (rf"{_HOW_LONG}(?:until+|till?|to|before) (?P<time>.+)", _until),
    ],
    chinese=[
        (r"(?:现在|目前)是?(?:几点钟?|什么时间|几点几分)了?", _now),
        (rf"{_CHINESE_START}?{_CHINESE_SPAN}[之以]?(?:后|(?P<way>前))(?:会?是)?几点钟?", _moved),
        (rf"{_CHINESE_START}?再?过{_CHINESE_SPAN}(?:[之以]?后)?(?:会?是)?几点钟?", _moved),
        (rf"从?(?P<first>.+?)[到至](?P<last>.+?)(?:一共|总共)?{_CHINESE_HOW_LONG}", _between),
        (rf"(?:离|距离?|到)(?P<time>.+?){_CHINESE_HOW_LONG}", _until),
    ],
)
