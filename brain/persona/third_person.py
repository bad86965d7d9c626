"""The third person without subject, as a generator wants it: "I play my cello" becomes "plays their cello"."""

from __future__ import annotations

import re

_IRREGULAR = {
    "have": "has",
    "be": "is",
    "do": "does",
    "go": "goes",
    "am": "is",
    "i'm": "is",
    "can't": "can't",
    "can": "can",
    "don't": "doesn't",
    "was": "was",
    "will": "will",
}
_THEIRS = {"my": "their", "our": "their", "myself": "themself", "me": "them", "mine": "theirs"}
_OWN = re.compile(r"\b(?:my|our|myself|me|mine)\b", re.IGNORECASE)


def third_person(text: str) -> str:
    """Return a statement of the first person, with or without its subject, in the third person."""
    bare = re.sub(
        r"^(?:i |we |my |our )(?=\w)",
        "",
        re.sub(r"^(?:i'm|im|i am|we're|we are) ", "be ", text, flags=re.IGNORECASE),
        flags=re.IGNORECASE,
    )
    owned = bool(re.match(r"(?:my|our) ", text, re.IGNORECASE))
    first, _, rest = bare.partition(" ")
    rest = _OWN.sub(lambda match: _THEIRS[match[0].lower()], rest)
    return f"{first if owned else _verb(first)} {rest}".strip()


def _verb(verb: str) -> str:
    lower = verb.lower()
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if lower.endswith(("s", "x", "ch", "sh")):
        return f"{lower}es"
    return f"{lower[:-1]}ies" if lower.endswith("y") and lower[-2:-1] not in "aeiou" else f"{lower}s"


def second_person(line: str) -> str:
    """Return a line of the third person as what follows "you": "plays their cello" becomes "play your cello"."""
    first, _, rest = line.partition(" ")
    back = {third: verb for verb, third in _IRREGULAR.items()} | {"is": "are"}
    verb = back.get(first) or re.sub("(?<=[sxh])es$|(?<!s)s$", "", re.sub("ies$", "y", first))
    rest = re.sub(r"\btheir\b", "your", re.sub(r"\bthem(?:self)?\b", "you", rest))
    return f"{verb} {rest}".strip()
