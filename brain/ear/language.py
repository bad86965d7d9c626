"""Which language a message is in: by its script, else by words everybody knows, else by py3langid."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from brain.text.features.words import feature_words

_SCRIPTS = {
    "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "GREEK": "el", "HEBREW": "he", "THAI": "th",
    "ARMENIAN": "hy", "GEORGIAN": "ka", "TAMIL": "ta", "TELUGU": "te", "BENGALI": "bn", "GUJARATI": "gu",
    "KHMER": "km", "LAO": "lo", "MALAYALAM": "ml", "KANNADA": "kn", "SINHALA": "si",
}  # fmt: skip
_SHARED = {
    "CYRILLIC": ("ru", "uk", "bg", "sr", "be", "mk", "kk"),
    "ARABIC": ("ar", "fa", "ur"),
    "DEVANAGARI": ("hi", "mr", "ne"),
    "LATIN": (
        "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "sk", "hu", "ro", "hr", "tr",
        "id", "vi", "ca", "et", "lv", "lt", "sl", "sq", "sw", "tl",
    ),
}  # fmt: skip
_MAIN = {"CYRILLIC": "ru", "ARABIC": "ar", "DEVANAGARI": "hi"}
_NO_WORDS = re.compile(r"https?://\S+|<[^>\s]*>|[@#]\S+|\S+@\S+")
_LONGEST = 1000
"""Characters of a message that are looked at."""
_PRIOR_OF_ENGLISH = 4.0
"""How much likelier English is than another language before a word was read."""
_LEAST = 0.55
_FEW = 4
"""In so few words one that only one language has decides."""

Rank = Callable[[str, tuple[str, ...]], list[tuple[str, float]]]
"""A text and languages to their probabilities, likeliest first."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A language (ISO 639-1) and how surely; None where nothing tells, as in "ok", "12" or "😀"."""

    language: str | None
    probability: float


_NOTHING = Heard(None, 0.0)


def hear_language(text: str, rank: Rank | None = None) -> Heard:
    """Say which language a message is in. Links, names and addresses don't count."""
    text = _NO_WORDS.sub(" ", text[:_LONGEST])
    scripts = _scripts(text)
    if not scripts:
        return _NOTHING
    if scripts["HIRAGANA"] + scripts["KATAKANA"] and "CJK" in scripts:
        return Heard("ja", 0.95)
    # A Chinese character says about as much as a Latin word of four letters.
    script = max(scripts, key=lambda name: scripts[name] * (4 if name == "CJK" else 1))
    if script == "CJK":
        return Heard("zh", 0.98)
    if script in _SCRIPTS:
        return Heard(_SCRIPTS[script], 0.98)
    if script not in _SHARED:
        return _NOTHING
    return (script == "LATIN" and _by_known_words(text)) or _by_letters(text, script, rank or _langid)


def language_of_talk(turns: Sequence[str], otherwise: str = "en") -> str:
    """Return the language of the latest turn that shows one: "ok" goes on in the language that was spoken."""
    heard = (hear_language(turn).language for turn in reversed(turns))
    return next((language for language in heard if language), otherwise)


def _scripts(text: str) -> Counter[str]:
    """Count letters by script: the first word of a letter's Unicode name."""
    names = (unicodedata.name(sign, "") for sign in text if sign.isalpha())
    return Counter(name.split(" ", 1)[0].split("-", 1)[0] for name in names if name)


def _by_known_words(text: str) -> Heard | None:
    """Decide by words that one language alone has, for short messages."""
    words = [word for word in feature_words(text) if word[0].isalpha()]
    found = Counter(language for word in words for language in known_words().get(word, ()))
    if not found:
        return Heard(None, 0.0) if words and max(map(len, words)) <= 2 else None
    (best, hits), *others = found.most_common(2)
    if others and others[0][1] == hits:
        return Heard(None, 0.5) if len(words) == hits else None
    return Heard(best, 0.9) if len(words) <= _FEW or hits * 2 >= len(words) else None


def _by_letters(text: str, script: str, rank: Rank) -> Heard:
    ranked = rank(text, _SHARED[script])
    weighed = [(name, chance * (_PRIOR_OF_ENGLISH if name == "en" else 1)) for name, chance in ranked]
    name, weight = max(weighed, key=lambda pair: pair[1])
    chance = weight / (sum(weight for _, weight in weighed) or 1)
    if chance < _LEAST:
        return Heard(_MAIN[script], chance) if script in _MAIN else Heard(None, chance)
    return Heard(name, chance)


@cache
def known_words() -> dict[str, frozenset[str]]:
    """Return the languages of each word of `language_words.txt`."""
    languages: dict[str, set[str]] = {}
    for line in Path(__file__).with_name("language_words.txt").read_text("utf-8").splitlines():
        name, _, words = line.partition(":")
        for word in words.split():
            languages.setdefault(word, set()).add(name)
    return {word: frozenset(names) for word, names in languages.items()}


@cache
def _identifier(languages: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found: Any = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(languages)
    return found


def _langid(text: str, languages: tuple[str, ...]) -> list[tuple[str, float]]:
    ranked = cast(list[tuple[str, Any]], _identifier(languages).rank(text))
    return [(name, float(chance)) for name, chance in ranked]
