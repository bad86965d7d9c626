"""A bounded calculator: Python's parser reads the sum, and exact fractions compute it. Nothing is ever executed."""

from __future__ import annotations

import ast
import math
import re
from fractions import Fraction

_ALLOWED = re.compile(r"(?:[0-9.+\-*/%() ]|sqrt\(|cbrt\(|factorial\()+")
_MOST_BITS = 4096
_LARGEST_FACTORIAL = 400
_HIGHEST_ROOT = 12
_MORE_DIGITS = 20


class Calculator:
    """Computes one sum and remembers whether a root had to be rounded on the way."""

    def __init__(self, source: str) -> None:
        self._source = source.strip()
        self.exact = True

    def value(self) -> Fraction:
        """Return the value of a sum in Python's notation, with sqrt, cbrt and factorial besides the operators.

        Raises SyntaxError where it isn't such a sum, ZeroDivisionError, OverflowError past 1200 digits, and
        ArithmeticError where no real number is the answer.
        """
        if not _ALLOWED.fullmatch(self._source):
            raise SyntaxError("not a sum")
        return self._of(ast.parse(self._source, mode="eval").body)

    def _of(self, node: ast.expr) -> Fraction:
        match node:
            case ast.Constant():
                return _bounded(Fraction(self._source[node.col_offset : node.end_col_offset]))
            case ast.UnaryOp(op=ast.USub()):
                return -self._of(node.operand)
            case ast.BinOp():
                return _bounded(self._applied(node.op, self._of(node.left), self._of(node.right)))
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
                return _bounded(self._called(name, self._of(argument)))
            case _:
                raise SyntaxError("not a sum")

    def _applied(self, operator: ast.operator, left: Fraction, right: Fraction) -> Fraction:
        match operator:
            case ast.Add():
                return left + right
            case ast.Sub():
                return left - right
            case ast.Mult():
                return left * right
            case ast.Div():
                return left / right
            case ast.Mod():
                return left % right
            case ast.Pow():
                return self._power(left, right)
            case _:
                raise SyntaxError("not a sum")

    def _called(self, name: str, argument: Fraction) -> Fraction:
        if name != "factorial":
            return self._root(argument, 2 if name == "sqrt" else 3)
        if argument.denominator != 1 or argument < 0:
            raise ArithmeticError("only whole numbers have a factorial")
        if argument > _LARGEST_FACTORIAL:
            raise OverflowError
        return Fraction(math.factorial(int(argument)))

    def _power(self, base: Fraction, exponent: Fraction) -> Fraction:
        if abs(exponent.numerator) * max(_bits(base) - 1, base not in (0, 1, -1)) > _MOST_BITS:
            raise OverflowError
        if base in (1, -1):
            exponent = Fraction(exponent.numerator % 2, exponent.denominator)
        return self._root(base**exponent.numerator, exponent.denominator)

    def _root(self, value: Fraction, degree: int) -> Fraction:
        if degree == 1:
            return value
        if value < 0 and degree % 2 == 0:
            raise ArithmeticError("no real root")
        if degree > _HIGHEST_ROOT:
            raise OverflowError
        size = abs(value)
        root = Fraction(_whole_root(size.numerator, degree), _whole_root(size.denominator, degree))
        if root**degree != size:
            self.exact = False
            places = 10 ** (_MORE_DIGITS + size.denominator.bit_length() // (3 * degree))
            root = Fraction(_whole_root(int(size * places**degree), degree), places)
        return -root if value < 0 else root


def _whole_root(value: int, degree: int) -> int:
    """Return the largest whole number whose power is not above `value` (Newton, from above)."""
    if value < 2:
        return value
    root = 1 << -(-value.bit_length() // degree)
    while (closer := ((degree - 1) * root + value // root ** (degree - 1)) // degree) < root:
        root = closer
    return root


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _bounded(value: Fraction) -> Fraction:
    if _bits(value) > _MOST_BITS:
        raise OverflowError
    return value
