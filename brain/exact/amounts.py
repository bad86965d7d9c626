"""How a number is written in a sentence: exact where that is short, rounded and called "about" where it isn't."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

_LONGEST_WHOLE = 10**30
_SIGNIFICANT = 4


@dataclass(frozen=True, slots=True)
class Written:
    """A number as it is written, and whether that is all of it."""

    digits: str
    exact: bool

    @property
    def english(self) -> str:
        """The number, after "about" where it is rounded."""
        return self.digits if self.exact else f"about {self.digits}"

    @property
    def chinese(self) -> str:
        """The number, after 约 where it is rounded."""
        return self.digits if self.exact else f"约{self.digits}"


def write(value: Fraction, exact: bool = True, most_decimals: int = 8) -> Written:
    """Write a number with thousands separators.

    It is rounded to four significant digits, or to cents where that is finer, if it is not `exact` or has more than
    `most_decimals`.
    """
    if abs(value) >= _LONGEST_WHOLE:
        return Written(_scientific(value), False)
    scaled = value * 10**most_decimals
    if exact and scaled.denominator == 1:
        return Written(_grouped(plain(value)), True)
    decimals = _SIGNIFICANT
    if value:
        decimals = max(_SIGNIFICANT - 1 - _magnitude(value), 2)
    if decimals > 2 * most_decimals:
        return Written(_scientific(value), False)
    return Written(_grouped(plain(round(value, decimals))), False)


def write_money(value: Fraction, sign: str) -> Written:
    """Write an amount of money, to cents; `sign`, perhaps none, goes before it."""
    digits = _grouped(f"{_decimal(abs(round(value, 2)), 200):.2f}").removesuffix(".00")
    return Written(f"{'-' if value < 0 else ''}{sign}{digits}", (value * 100).denominator == 1)


def plain(value: Fraction) -> str:
    """Write a fraction whose denominator divides a power of ten, without exponent or trailing zeros."""
    if value.denominator == 1:
        return str(value.numerator)
    text = format(_decimal(value, 200), "f")
    return text.rstrip("0").rstrip(".")


def _decimal(value: Fraction, digits: int) -> Decimal:
    return Context(prec=digits).divide(Decimal(value.numerator), Decimal(value.denominator))


def _magnitude(value: Fraction) -> int:
    """Return the power of ten of the first digit."""
    return _decimal(abs(value), _SIGNIFICANT).adjusted()


def _grouped(text: str) -> str:
    whole, point, decimals = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.removeprefix('-')):,}{point}{decimals}"


def _scientific(value: Fraction) -> str:
    mantissa, _, exponent = f"{_decimal(value, _SIGNIFICANT):.2e}".partition("e")
    return f"{mantissa} × 10^{int(exponent)}"
