"""Claim: what a message says about a fact: that it holds, held, or does not hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from brain.persona.clause import Mode
from brain.persona.fact import Fact


@dataclass(frozen=True, slots=True)
class Claim:
    """A fact, and whether it is denied rather than stated."""

    fact: Fact
    denied: bool = False


def stated(fact: Fact, mode: Mode) -> Claim:
    """Return the claim of a statement: what "was" is a fact of the past, what is "not" is denied."""
    return Claim(replace(fact, past=mode == "was"), denied=mode == "not")
