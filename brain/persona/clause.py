"""Clause: one statement of a message, subject and verb brought into one form, ready for the tables of relations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["is", "not", "was"]
"""It is so; it is not so; it was so and is no longer."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Who it is about ("self", "sister", "" for what has no subject), and what is said, the subject left out."""

    owner: str
    text: str
    mode: Mode = "is"
    name: str = ""
    """The owner's name, where it was said beside ("my sister Ana lives in ...")."""
    introduced: bool = False
    """Whether it goes on from one in which people say who they are ("I'm Deepa, 33, from Pune")."""
