"""The door: a message goes in, and a sentence comes out where exact code can answer it."""

from __future__ import annotations

import datetime

from brain.exact.calendar_facts import answer_calendar_fact
from brain.exact.clock import answer_clock
from brain.exact.conversions import answer_conversion
from brain.exact.countdowns import answer_countdown
from brain.exact.dates import answer_date
from brain.exact.question import read_question
from brain.exact.sums import answer_sum


def exact_answer(message: str, today: datetime.date, now: datetime.datetime | None = None) -> str | None:
    """Answer a sum, a question about dates or times, or a conversion of units; None for every other message.

    The whole message must be such a question, but for a greeting or a thank-you: one that merely holds numbers is not
    answered. The sentence is in the message's language, English or Simplified Chinese. `today` and `now` are the
    asker's; without `now`, questions that need the time of day get None.
    """
    question = read_question(message)
    if question is None:
        return None
    try:
        dated = (
            answer_date(question, today) or answer_countdown(question, today) or answer_calendar_fact(question, today)
        )
    except (OverflowError, ValueError):  # past the year 9999, where calendars end
        return None
    return dated or answer_clock(question, now) or answer_conversion(question) or answer_sum(question)
