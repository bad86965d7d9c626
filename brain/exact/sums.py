"""Arithmetic as people type it: signs or words, percentages and tips, parts, roots and powers."""

from __future__ import annotations

import re
from fractions import Fraction

from brain.exact.amounts import Written, plain, write, write_money
from brain.exact.evaluator import Calculator
from brain.exact.question import Question
from brain.exact.sum_words import in_python, in_signs, phrase

_LEAD = re.compile(
    r"^(?:(?:what|how much)(?:'s| is| are| does| do)?|calculate|compute|solve|work out)[ :]+"
    r"(?:the (?:answer to|result of|value of) )?"
)
_TAIL = re.compile(r"(?: (?:equals?|makes?|is)(?: what)?| ?=)$")
_CHINESE_TAIL = re.compile(r"(?:(?:等于|得|是|=)(?:多少|几|什么)?|(?<=[0-9半根方和差积折之])(?:多少|几))$")
_MONEY = re.compile(r"[$€£](?=[0-9.])")
_N = r"([0-9]+(?:\.[0-9]+)?)"
_TIP = re.compile(
    rf"(?:the |an? )?(?:{_N} ?% tip|tip of {_N} ?%) (?:on|for|of) (?:an? )?{_N}(?: (?:bill|check|meal|dinner|dollars))?"
)

_OPERATION = re.compile(r"[0-9)%] ?(?:[+*/^(-]|mod\b|of\b|的)|(?:sqrt|cbrt|factorial)\(")
# Scores, dates, telephone numbers, ranges, sizes ("3/10", "555-1234", "4x4"): sums only where one is asked for.
_DOUBTFUL = re.compile(r"[+]?(?:[0-9.%\s/-]|\([0-9]*\))*|[0-9]+x[0-9]+|.*[0-9)] ?\(.*")
_IDIOMS = {"24/7", "9/11", "50/50", "20/20", "4/20", "7/11", "50-50", "9-5", "10-4", "9-1-1", "5-0"}
_WRITTEN_NUMBER = re.compile(
    r"(?:[0-9]{3}-){1,2}[0-9]{4}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/(?:19|20)?[0-9]{2}"
)
_PART = re.compile(r"\(([0-9]+/[0-9]+)\)")
_LONG = re.compile(r"(?<![0-9.])[1-9][0-9]{4,}")
_BETWEEN = re.compile(r"(?<=[0-9)%]) ?([*/+x-]) ?(?=[0-9(.√-])(?![0-9]+ of)")
_SHOWN = {"*": " × ", "x": " × ", "/": " ÷ ", "+": " + ", "-": " - "}


def answer_sum(question: Question) -> str | None:
    """Answer arithmetic; None for a message that isn't, or may be a score, a date or a telephone number."""
    sign = _MONEY.search(question.text)
    money = sign[0] if sign else ""
    whole = _MONEY.sub("", question.text)
    text = (_CHINESE_TAIL if question.chinese else _TAIL).sub("", _LEAD.sub("", whole, count=1))
    if match := _TIP.fullmatch(re.sub(r" ?\bper ?cent\b", "%", text)):
        return _tip(Fraction(match[1] or match[2]), Fraction(match[3]), money)
    if found := phrase(text):
        return _said(question, found[0], question.say("That's", "结果是"), found[1], money)
    signs = in_signs(text)
    if not _OPERATION.search(_PART.sub("0", signs)) or not _is_a_sum(text, asked=text != whole):
        return None
    shown = _shown(text)
    beginning = question.say("That's" if money else f"{shown} is", f"{shown}等于")
    return _said(question, in_python(signs), beginning, "", money)


def _shown(text: str) -> str:
    """Write the sum as it was understood, in the signs of a schoolbook."""
    text = _BETWEEN.sub(lambda match: _SHOWN[match[1]], re.sub(rf"{_PART.pattern}(?= of)", r"\1", text))
    text = _LONG.sub(lambda match: f"{int(match[0]):,}", text)
    return text[:1].upper() + text[1:]


def _is_a_sum(text: str, asked: bool) -> bool:
    if text.replace(" ", "") in _IDIOMS or _WRITTEN_NUMBER.fullmatch(text):
        return False
    return asked or not _DOUBTFUL.fullmatch(text)


def _tip(rate: Fraction, bill: Fraction, money: str) -> str:
    tip, total = (write_money(amount, money) for amount in (bill * rate / 100, bill * (1 + rate / 100)))
    article = "An" if re.match("8|1[18](?![0-9])", plain(rate)) else "A"
    return (
        f"{article} {plain(rate)}% tip on {write_money(bill, money).digits} is {tip.english}, so {total.digits} in all."
    )


def _said(question: Question, expression: str, beginning: str, unit: str, money: str) -> str | None:
    calculator = Calculator(expression)
    try:
        value = calculator.value()
    except SyntaxError:
        return None
    except ZeroDivisionError:
        return question.say(
            "Nothing can be divided by zero, so that one has no answer.", "0不能作除数，所以这道题没有答案。"
        )
    except OverflowError:
        return question.say("That comes to more digits than I can write down.", "这个数太大了，我写不下来。")
    except ArithmeticError:
        return question.say("No real number is the answer to that one.", "这道题在实数里没有答案。")
    written = write_money(value, money) if money else write(value, calculator.exact)
    return question.say(f"{beginning} {written.english}{unit}.", f"{_joined(beginning, written)}{unit}。")


def _joined(beginning: str, written: Written) -> str:
    """Say 约等于 where a number is rounded: 等于约 is not said."""
    if written.exact or not beginning.endswith("等于"):
        return beginning + written.chinese
    return f"{beginning.removesuffix('等于')}约等于{written.digits}"
