"""Number words, English and Chinese, become digits."""

from __future__ import annotations

import re
from fractions import Fraction

from text_to_num import alpha2digit

from brain.exact.amounts import plain

_WORD_OF_TWO_AND_MORE = re.compile(r"\b([0-9]+(?:\.[0-9]+)?) (hundred|thousand|million|billion)\b")
_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9}
# text2num writes "third" as 3rd and the time unit "a second" as 2nd.
_PARTS = re.compile(r"\b(?:a|an|([0-9]+)) (?:([0-9]+)(?:rd|th)|(half|quarter))(?:s\b|\b) of (?:a |an )?(?=[0-9])")
_AND_A_PART = re.compile(r"(?<![0-9./])([0-9]+) and (?:an? )?(half|quarter)\b(?! of)")
_A_NUMBER = re.compile(r"\ba (?=[0-9]+(?![0-9]*(?:st|nd|rd|th)\b))")


def english_to_digits(text: str) -> str:
    """Write the number words of a lower-case text as digits, and parts ("two thirds of 90") as fractions."""
    if text.isascii() and not re.search("[a-z]", text):
        return text
    text = _WORD_OF_TWO_AND_MORE.sub(_scaled, text)
    text = alpha2digit(text, "en", 0).replace("a 2nd", "1 second")
    text = _AND_A_PART.sub(lambda match: match[1] + (".5" if match[2] == "half" else ".25"), text)
    return _A_NUMBER.sub("", _PARTS.sub(_part, text))


def _scaled(match: re.Match[str]) -> str:
    return plain(Fraction(match[1]) * _SCALES[match[2]])


def _part(match: re.Match[str]) -> str:
    whole = {"half": "2", "quarter": "4"}.get(match[3], match[2])
    return f"({match[1] or 1}/{whole}) of "


_DIGITS = {**{numeral: value for value, numeral in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
# 千 before 米 or 克 belongs to the unit, and 两 before 是 and the like is a weight.
_MANY = r"(?:[零〇一二三四五六七八九十百万亿]|千(?![米克瓦]))"
_DIGIT = "[零〇一二三四五六七八九]"
_NUMERAL = (
    r"(?:[0-9]+(?:\.[0-9]+)?(?=[十百千万亿])(?![十百千]+[米克瓦])"
    rf"|[零〇一二三四五六七八九十]|(?<![0-9])两(?=[^等是有为换转多])){_MANY}*"
)
_NO_NUMERAL = r"(?:星期|周|礼拜)[一二三四五六]|一(?=[半下共些样起定])"
_NUMBER = re.compile(f"({_NO_NUMERAL})|{_NUMERAL}")
_DECIMAL = re.compile(rf"({_NUMERAL})点({_DIGIT}+)(?!{_DIGIT}|[十分刻])")
_PIECE = re.compile(r"[0-9.]+|\D")


def chinese_to_digits(text: str) -> str:
    """Write the numerals of a Chinese text as digits: 三十五 as 35, 1.5万 as 15000, 三点一四 as 3.14."""
    text = _DECIMAL.sub(lambda match: f"{_value(match[1])}.{_digits(match[2])}", text)
    return _NUMBER.sub(lambda match: match[0] if match[1] else _value(match[0]), text)


def _digits(numeral: str) -> str:
    return "".join(str(_DIGITS[character]) for character in numeral)


def _value(numeral: str) -> str:
    """Read 两千零五 as 2005, and 三百五, as people say it, as 350; digits in a row (二〇二六) are a number too."""
    if all(character in _DIGITS for character in numeral):
        return _digits(numeral)
    total = section = number = Fraction(0)
    unit = 1
    for piece in _PIECE.findall(numeral):
        if piece in _UNITS:
            unit = _UNITS[piece]
            section, number = section + (number or 1) * unit, Fraction(0)
        elif piece == "万":
            unit = 10**4
            total, section, number = total + (section + number) * unit, Fraction(0), Fraction(0)
        elif piece == "亿":
            unit = 10**8
            total, section, number = (total + section + number) * unit, Fraction(0), Fraction(0)
        else:
            unit = 1 if piece in "零〇" else unit
            number = Fraction(str(_DIGITS.get(piece, piece)))
    return plain(total + section + number * max(unit // 10, 1))
