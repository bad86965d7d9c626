"""Sums in words become sums in signs: whole phrases first, then word by word."""

from __future__ import annotations

import re

_U = r"((?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+))"
_N = _U.replace("(", "(-?", 1)
_PEOPLE = r"(?: (?:people|persons|friends|ways|of us|parts))?"

# What a whole message may be, the sum it asks for, and the unit of the answer.
_PHRASES = [
    (rf"(?:split|divide) {_N} (?:by|between|among|into) {_N}{_PEOPLE}", "{0}/{1}", ""),
    (rf"{_N} split (?:by |between |among )?{_N}{_PEOPLE}", "{0}/{1}", ""),
    (rf"multiply {_N} (?:by|with|and) {_N}", "{0}*{1}", ""),
    (rf"add (?:up )?{_N} (?:and|to) {_N}", "{0}+{1}", ""),
    (rf"(?:subtract|take(?: away)?) {_N} (?:away )?from {_N}", "{1}-{0}", ""),
    (rf"(?:the )?difference between {_N} and {_N}", "sqrt(({0}-{1})**2)", ""),  # whichever is larger
    (rf"{_N} ?% off(?: of)? {_N}", "{1}*(100-{0})/100", ""),
    (rf"{_N} (?:with|at) {_N} ?% off", "{0}*(100-{1})/100", ""),
    (rf"(?:what )?(?:percent(?:age)?|%) of {_N} is {_N}", "100*{1}/{0}", "%"),
    (rf"{_N} is what (?:percent(?:age)?|%) of {_N}", "100*{0}/{1}", "%"),
    (rf"{_N} (?:out )?of {_N} (?:as|in) (?:an? )?(?:percent(?:age)?|%)", "100*{0}/{1}", "%"),
    (rf"{_N} as (?:an? )?(?:percent(?:age)?|%) of {_N}", "100*{0}/{1}", "%"),
    (rf"how (?:many times|often) (?:does|can) {_N} go into {_N}", "{1}/{0}", ""),
    (rf"(?:double|twice) {_N}", "2*{0}", ""),
    (rf"triple {_N}", "3*{0}", ""),
    (rf"(?:the )?remainder (?:of|when) {_N} (?:is )?(?:divided by|/) {_N}", "{0}%{1}", ""),
    (rf"{_N}(?:元|块钱?)?打([1-9](?:\.[0-9])?)折", "{0}*{1}/10", ""),
    (rf"{_N}是{_N}的百分之", "100*{0}/{1}", "%"),
    (rf"{_N}[和与]{_N}的和", "{0}+{1}", ""),
    (rf"{_N}[和与]{_N}的差", "{0}-{1}", ""),
    (rf"{_N}[和与]{_N}的乘?积", "{0}*{1}", ""),
]

_LIST = re.compile(
    r"(?:the )?(sum|total|product|average|mean) of (-?[0-9.]+(?:(?:, ?and |, ?| and | ?\+ ?| plus )-?[0-9.]+)+)"
)

_WORDS = [
    (r" ?\bper ?cent\b", "%"),
    (r" to the ([0-9]+)(?:st|nd|rd|th)(?: power)?\b", r"^\1"),
    (rf"百分之{_U}", r"\1%"),
    (rf"{_U}分之{_U}", r"(\2/\1)"),
    (rf"{_U}的{_U}次方", r"\1^\2"),
    (rf"{_U}的平方根", r"sqrt(\1)"),
    (rf"{_N}的立方根|\b(?:the )?cube root (?:of )?{_N}", r"cbrt(\1\2)"),
    (rf"(?:根号|√ ?|\bsqrt ?(?:of )?|\b(?:the )?(?:square |sq )?root (?:of )?){_N}", r"sqrt(\1)"),
    (rf"{_U}的平方|\b(?:the )?square of {_U}|{_U} squared\b", r"\1\2\3^2"),
    (rf"{_U}的立方|\b(?:the )?cube of {_U}|{_U} cubed\b", r"\1\2\3^3"),
    (rf"{_U}的阶乘|\b(?:the )?factorial of {_U}|{_U} factorial\b", r"factorial(\1\2\3)"),
    (rf"{_U}的{_U}倍", r"\1*\2"),
    (rf"{_U}的一半", r"\1/2"),
    (r"\bhalf of (?=[0-9(√])", "(1/2)*"),
    (r"\b(?:plus|added to)\b|加上?", "+"),
    (r"\b(?:minus|take away|less)\b|减去?", "-"),
    (r"\bnegative (?=[0-9])|负(?=[0-9])", "-"),
    (r"\b(?:times|tiems|(?:multiplied|multiply|multipled|mutiplied) (?:by|with))\b|乘以?", "*"),
    (r"(?<=[0-9)])( ?)x( ?)(?=[0-9(])", r"\1*\2"),
    (r"\b(?:divided?|devided|divded) bu?y\b|除以", "/"),
    (r"\b(?:raised )?to the power(?: of)?\b|\braised to\b", "^"),
    (r"\bmodulo\b", "mod"),
    (r"√(?=\()", "sqrt"),
]

# 200 + 10% is 220, as on a pocket calculator.
_NOTATION = [
    (rf"^([^%]+?) ?([+-]) ?{_U} ?%$", r"(\1)*(1\2\3/100)"),
    (rf"{_U} ?%", r"(\1/100)"),
    (rf"({_U}/{_U}) of ", r"(\1)*"),
    (r"的(?=\()|(?<=\))(?: ?of |的)", "*"),
    (r"(?<![0-9.])0+(?=[0-9])", ""),
    (r"\^", "**"),
    (r"\bmod\b", "%"),
    (r"(?<=[0-9)])(?=\()", "*"),
]


def phrase(text: str) -> tuple[str, str] | None:
    """Return the sum that a whole phrase asks for, in Python's notation, and the unit of its answer ("%" or none)."""
    text = re.sub(r" ?\bper ?cent\b(?! of)", "%", text)
    for pattern, template, unit in _PHRASES:
        if match := re.fullmatch(pattern, text):
            return template.format(*match.groups()), unit
    if match := _LIST.fullmatch(text):
        numbers = re.findall(r"-?[0-9.]+", match[2])
        total = ("*" if match[1] == "product" else "+").join(numbers)
        return (f"({total})/{len(numbers)}" if match[1] in ("average", "mean") else total), ""
    return None


def in_signs(text: str) -> str:
    """Write a sum with signs for words, as on a calculator."""
    for pattern, sign in _WORDS:
        text = re.sub(pattern, sign, text)
    return text


def in_python(signs: str) -> str:
    """Write a sum in signs as Python would: ** for ^, percentages as fractions."""
    for pattern, notation in _NOTATION:
        signs = re.sub(pattern, notation, signs)
    return signs
