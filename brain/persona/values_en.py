"""Reading the values of English statements: names, ages, days, places, lists, pets and people."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from functools import cache
from typing import cast

from brain.exact.calendar_words import read_date
from brain.persona.clauses_en import number_in
from brain.persona.fact import LONGEST
from brain.persona.kinds import any_of, content, word_list

_MOST_WORDS = 7
_AGES = range(3, 120)
_NAME = re.compile(r"[^\W\d_][\w'’-]*(?: (?-i:[A-Z])[\w'’-]*){0,2}", re.UNICODE)
_TRAILING = re.compile(r"[\s.,!?~:;*)(<>-]+$|\s+[:;]-?[)(dDpP]$|[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_AND = re.compile(r",? and (?:a bit of |a little |also |to |no )?|, (?:and )?(?:a bit of )?|(?<=\w) or | & | plus ")
_ONE_THING = re.compile(
    r"\b(fish|mac|rock|drum|r|salt|bed|peanut butter|black|arts|bread|gin|bangers|lord|pride|dungeons|cheese) (?:and|&)"
    r" (chips|cheese|roll|bass|b|vinegar|breakfast|jelly|white|crafts|butter|tonic|mash|prejudice|dragons|crackers)\b",
    re.IGNORECASE,
)
_SPELLED = {"color": "colour", "movie": "film"}
_ARTICLE = re.compile(r"^(?:a|an|the|my|some|any|our|one) ", re.IGNORECASE)


@cache
def word(name: str) -> re.Pattern[str]:
    """Return a pattern of the section `words` of the relations."""
    words = cast("Mapping[str, str]", content("relations.en.toml")["words"])
    return re.compile(words[name], re.IGNORECASE)


def phrase(text: str) -> str | None:
    """Return a short noun phrase without what trails it, or None where there is none that could be kept."""
    text = _TRAILING.sub("", word("cut").sub("", _TRAILING.sub("", text))).strip()
    if not text or len(text) > LONGEST or len(text.split()) > _MOST_WORDS or not re.search(r"\w", text):
        return None
    return None if word("not_kept").search(text) else text


def line(text: str) -> str | None:
    """Return a line about the person, as short as a phrase but free in its words."""
    text = word("cut").sub("", _TRAILING.sub("", text)).strip()
    return text if 0 < len(text) <= LONGEST and len(text.split()) <= _MOST_WORDS + 3 else None


def several(text: str) -> list[str]:
    """Split a list: "tea, rain and long walks" has three; fish and chips are one."""
    joined = _ONE_THING.sub(r"\1 \0and\0 \2", word("cut").sub("", text)).replace("\0and\0", "\0")
    parts = [part.replace(" \0 ", " and ") for part in _AND.split(joined)]
    found = [phrase(part) for part in parts]
    return [part for part in found if part] if found and found[0] else []


def name(text: str) -> str | None:
    """Return a name: up to three words, the later ones capitalised; "hard to pronounce" is none."""
    text = re.sub(
        r"(?:,| (?:but|and|though|not|who|btw|lol|nice|by the way|from|in|at|with)\b).*$", "", _TRAILING.sub("", text)
    ).strip()
    if not _NAME.fullmatch(text) or word("not_named").match(text) or len(text) > LONGEST:
        return None
    return text[0].upper() + text[1:]


def age(text: str) -> str | None:
    """Return the digits of an age in years."""
    number = number_in(text)
    digits = re.fullmatch(r"[0-9]{1,3}", text.strip()) or re.fullmatch(r"[a-z]+(?:[ -][a-z]+)?", text.strip().lower())
    return str(number) if digits and number in _AGES and _is_number_only(text) else None


def _is_number_only(text: str) -> bool:
    words = text.lower().replace("-", " ").split()
    return len(words) <= 2 and all(number_in(part) is not None for part in words)


def day(text: str, today: datetime.date) -> str | None:
    """Return a birthday as MM-DD, or YYYY-MM-DD where the year was said."""
    plain = re.sub(r"\s+(?:and|but|so)\b.*$", "", _TRAILING.sub("", text.lower()))
    if plain in ("today", "tomorrow"):
        return (today + datetime.timedelta(plain == "tomorrow")).isoformat()[5:]
    if not (re.search(r"[a-z]", plain) and re.search(r"[0-9]", plain)) and not re.fullmatch(
        r"\d{4}-\d\d?-\d\d?", plain
    ):
        return None
    date = read_date(plain, today)
    return None if date is None else date.isoformat() if re.search(r"[0-9]{4}", plain) else date.isoformat()[5:]


def place(text: str) -> str | None:
    """Return where somebody is from; "work" and "here" are no such places."""
    found = phrase(word("cut_place").sub("", text))
    return None if found is None or word("not_origin").match(found) or word("not_home").match(found) else found


def school(text: str) -> str | None:
    """Return where somebody studies: no hour, no night."""
    found = place(text)
    return None if found is None or re.search(r"^[0-9]|^(?:night|least|times|all|most)\b", found) else found


def home(text: str) -> str | None:
    """Return where somebody lives: "Oslo" for "in Oslo", "on a farm" as it is."""
    found = phrase(word("cut_place").sub("", re.sub(r"^in ", "", text, flags=re.IGNORECASE)))
    return (
        None
        if found is None
        or word("not_home").match(found)
        or re.match(r"(?:the )?[0-9]+(?:st|nd|rd|th)\b|\w+day\b|by (?!the )|at (?!the |\d)", found)
        else found
    )


def workplace(text: str) -> str | None:
    """Return where somebody works, with its preposition."""
    return None if word("not_workplace").match(text) else phrase(re.sub(r" (?:and|as|with)\b.*$", "", text))


def job(text: str) -> str | None:
    """Return an occupation that is on the list; what stands behind "work as" need not be."""
    text = re.sub(
        r" (?:at|for|in|from|by|and|who|with|but)\b.*$", "", re.sub(r"^(?:a|an|the) ", "", _TRAILING.sub("", text))
    )
    text = re.sub(r"^\S+(?: \S+)?[ -]years?[ -]old ", "", text)
    found = phrase(re.sub(r" (?:these days|now)$", "", text))
    return found if found and len(found.split()) <= 4 else None


def is_listed_job(text: str) -> bool:
    """Whether the last word names an occupation, and none before it takes it back ("a good teacher" is an opinion)."""
    words = text.lower().split()
    return (
        bool(words) and words[-1] in word_list("jobs.en.txt") and not {"terrible", "bad", "good", "great"} & set(words)
    )


def counted(text: str) -> list[tuple[str, int | None, str]]:
    """Read "two cats and a dog called Rex": words for the kind, how many, and the name if there is one."""
    found: list[tuple[str, int | None, str]] = []
    for part in _AND_COUNT.split(word("cut").sub("", text)):
        match = _COUNTED.match(part.strip())
        if match:
            digits = match["number"].lower()
            number = (
                0 if digits in ("no", "any") else 1 if digits in ("a", "an", "one", "my", "this") else number_in(digits)
            )
            found.append((match["kind"].lower(), number, match["named"] or match["lower"] or ""))
    return found


_AND_COUNT = re.compile(
    (
        r",? and (?=(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|no|[0-9]+) )"
        r"|, (?=(?:a|an|one|two|three|four|no|[0-9]+) )"
    ),
    re.IGNORECASE,
)
_COUNTED = re.compile(
r"(?P<number>a couple of|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven"
r"|twelve|[0-9]{1,3}|no|any|this) "
    rf"(?:(?:(?:pet|old|little|big|black|white|grey|ginger|orange|tiny|cute|beautiful|lovely|rescue|small"
    rf"|new|young|teenage|grown"
rf"|amazing|sweet|adorable|elderly|[0-9]+[- ](?:year|month|week)s?[- ]old|one-year-old) )*)"
    rf"(?P<kind>{any_of('kin', 'en')}"
rf"|{any_of('pets', 'en')}|pets?|animals?|siblings?)"
r"(?P<rest>(?:,? (?:who is |whose names? (?:is|are) |(?:and )?(?:his|her|their|its) names? (?:is"
r"|are) )?(?:(?:and )?(?:named|called)(?: \w+)?(?= ))? ?(?P<named>(?-i:[A-Z]).*)"
r"|,? (?:(?:and )?(?:we )?(?:named|called)(?: him| her| it| them)?) (?P<lower>.+))?)$"
,
    re.IGNORECASE,
)  # fmt: skip


def names(text: str) -> list[str]:
    """Read the names of several: "Salt and Pepper"."""
    found = [name(part) for part in re.split(r",? and |, | & ", text)]
    return [one for one in found if one]


def spelled(key: str) -> str:
    """Return what a favourite is of, in one spelling."""
    key = key.lower().strip()
    return _SPELLED.get(key, key)


def without_article(text: str) -> str:
    """Take an article or a possessive off."""
    return _ARTICLE.sub("", text)
