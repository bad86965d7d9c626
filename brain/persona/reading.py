"""What a message claims, in the language it is in."""

from __future__ import annotations

import datetime

from brain.persona.claim import Claim
from brain.persona.reading_en import english_claims
from brain.persona.reading_zh import chinese_claims
from brain.text.cleaning import clean
from brain.text.language import Language

LONGEST_READ = 1500
"""Characters of a message that are looked at, from its beginning."""
_MOST_CLAIMS = 24


def claims_of(text: str, language: Language, today: datetime.date) -> list[Claim]:
    """Return what a cleaned message in a known language claims."""
    return (chinese_claims if language == "zh" else english_claims)(text, today)[:_MOST_CLAIMS]


def normal(message: str) -> str:
    """Return the beginning of a message, cleaned, in one spelling of apostrophes."""
    return clean(message[:LONGEST_READ]).replace("’", "'").replace("‘", "'").replace("`", "'")
