"""English statements: "My sister's not living in Oslo anymore" is a Clause of the sister, "live in Oslo", was.

What is asked, supposed, joked, played or quoted makes no clause. There is no parser here: a clause begins at a subject,
and its first verb is brought to its base form, so that one table of relations serves "I live" and "she's been living".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from brain.exact.numbers_in_words import english_to_digits
from brain.persona.clause import Clause, Mode
from brain.persona.fact import SELF
from brain.persona.kinds import WORDS, any_of, kind_of

_QUOTED = re.compile(r"\"[^\"]*\"?|(?<!\w)'[^']{2,}'(?!\w)")
_SENTENCE = re.compile(r"[^.!?;\n]*(?:\.(?=\w)[^.!?;\n]*)*[.!?;\n]*")
_SUBJECT = (
    r"(?:i|im|ive|i'm|i've|i'd|i'll|we|we're|we've|my|our|he|she|he's|she's|his|her|they"
    r"|they're|it's|its|this is|you|your|you're"
    r"|people|everyone|everybody|the|no one)"
)
_VERB = (
    r"(?:(?:also |just |then |really )?(?:live|work|have|own|study|love|enjoy|hate|play"
    r"|speak|run|got|am|moved|grew|call me|don't|dont|can't))"
)
_INTRO = (
    r"(?:(?:originally |living |based )?(?:from|in) (?=\w)|[0-9]{1,2}\b(?! \w+ of)|originally "
    r"|now living |named |called |(?:his|her|its) name|who )"
)
_BOUNDARY = re.compile(
    rf"(?:,? +(?:and|but|so|because|cause|cuz|while|though|although|plus|whereas)|,|;"
    rf"|:| -+)(?: +(?:and|but|so|now|then))*\s+(?={_SUBJECT}\b|{_VERB}\b|{_INTRO})"
    rf"|(?<=\w) (?=but (?:now )?(?:{_SUBJECT}|{_VERB}|grew)\b)",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"^(?:(?:hi there|hello there|hi|hey there|hey|hello|hiya|good (?:morning|evening"
    r"|afternoon)|yo|well|oh|so|and|but|btw|by the way"
    r"|actually|also|no|nope|nah|yes|yeah|yep|ok|okay|um|uh|haha\w*|lol|honestly|fyi"
    r"|quick intro|sorry|wait|because|then|still|now"
    r"|just so you know|for the record|in fact|plus|though|everyone|all|please|remember that"
    r"|remember|note that|keep in mind that"
    r"|don't forget that|don't forget|personally|sadly|luckily|currently|recently|today|lately)\b[\s,:!.-]*)+",
    re.IGNORECASE,
)
_KIN = any_of("kin", "en")
_NAMED = r"[A-Z][\w'’-]*(?: [A-Z][\w-]+)?"
_OWNER = re.compile(
    (
        rf"^(?:my|our) (?:dear |lovely |own |new )?(?P<kin>{_KIN})(?:,? (?-i:(?P<name>(?!I\b"
        rf"|I'){_NAMED}?)),?)?(?='s |s' | |$)"
    ),
    re.IGNORECASE,
)
_SELF = re.compile(r"^(?:i|we|me)\b ?|^(?=i'|im |ive |we')|^(?=i'm$)", re.IGNORECASE)
_OF_A_GROUP = re.compile(r"(?:we're|we are|we were) (?!\w+ing\b|based|from|vegan|vegetarian)", re.IGNORECASE)
"""How many or of what age "we" are says nothing of one of us."""
_PRONOUN = re.compile(r"^(?:he|she|they)\b ?", re.IGNORECASE)
_ITS_NAME = re.compile(
    r"^(?:his|her|their|its)(?= name)\b ?|^(?=(?:we |i )?(?:named|called) (?:him|her|it|them) )", re.IGNORECASE
)
_OWN_THING = re.compile(r"^(?:my|our) ", re.IGNORECASE)
_FEMALE = frozenset(
    [
        "mother",
        "sister",
        "older_sister",
        "younger_sister",
        "daughter",
        "wife",
        "girlfriend",
        "grandmother",
        "aunt",
        "niece",
    ]
)
_MALE = frozenset(
    [
        "father",
        "brother",
        "older_brother",
        "younger_brother",
        "son",
        "husband",
        "boyfriend",
        "grandfather",
        "uncle",
        "nephew",
    ]
)
_NOT_OF_GENDER = {"he": _FEMALE, "she": _MALE}
_RELATIVE = re.compile(r"^who ", re.IGNORECASE)

_ADVERBS = (
    r"(?:really|just|also|absolutely|actually|so|kinda|quite|totally|always|still|now|recently|currently|do|does|mostly|mainly"
    r"|only|truly|honestly|originally|basically|happily|finally|both|already)"
)
_VERB_ROWS: tuple[tuple[str, Mode | None, str], ...] = (
    (r"used to|once|formerly|quit|stopped|gave up|no longer", "was", ""),
    (r"(?:i'm|im|'m|am|is|are|'re|we're|'s) (?:no longer|not(?= .*\banymore))", "was", "be "),
    (r"do not|don't|dont|does not|doesn't|doesnt|never|rarely", "not", ""),
    (r"(?:i'm|im|'m|am|is|are|'re|we're|'s) not|aint|ain't|isn't|isnt|aren't|arent", "not", "be "),
    (r"(?:i've|ive|we've|'ve|have|has|'s) (?:always |now |just )?been", None, "be "),
    (r"(?:i've|ive|we've|'ve|have|has|'s) (?:always |now )?(?=(?:lived|worked|studied)\b)", None, "since "),
    (r"(?:i've|ive|we've|'ve|'s|have|has) got", None, "have "),
    (r"(?:i've|ive|we've|'ve)(?= (?:no|an?|[0-9]+|two|three) )", None, "have "),
    (r"(?:i've|ive|we've|'ve|have|has)(?: just| recently| already)?(?= (?:moved|adopted|relocated)\b)", None, ""),
    (r"(?:i'm|im|'m|am|is|are|'re|we're|'s)", None, "be "),
    (r"was|were", "was", "be "),
    (r"(?:be )?being", None, "be "),
    (_ADVERBS, None, ""),
)
_AUXILIARIES: list[tuple[re.Pattern[str], Mode | None, str]] = [
    (re.compile(rf"^(?:{pattern})(?=\s|$)\s*", re.IGNORECASE), mode, form) for pattern, mode, form in _VERB_ROWS
]
_PAST = {"lived": "live", "worked": "work", "studied": "study", "had": "have", "owned": "own"}
_BASE = {
    "lives": "live",
    "living": "live",
    "works": "work",
    "working": "work",
    "studies": "study",
    "studying": "study",
    "has": "have",
    "having": "have",
    "got": "have",
    "likes": "like",
    "loves": "love",
    "enjoys": "enjoy",
    "hates": "hate",
    "adores": "adore",
    "detests": "detest",
    "plays": "play",
    "speaks": "speak",
    "owns": "own",
    "owning": "own",
    "eats": "eat",
    "drinks": "drink",
    "comes": "come",
    "playing": "play",
    "eating": "eat",
    "drinking": "drink",
    "majoring": "major",
    "goes": "go",
    "majors": "major",
    "collects": "collect",
    "drives": "drive",
    "rides": "ride",
    "wears": "wear",
    "resides": "reside",
    "lived": "live",
    "worked": "work",
    "studied": "study",
    "based": "live",
    "prefers": "prefer",
}
_ENDED = re.compile(r"\s*\b(?:anymore|any more|any longer)\b", re.IGNORECASE)
_TWO_VERBS = re.compile(r"^be (?=(?:living|working|studying|majoring|based)\b)", re.IGNORECASE)
_ADVERB_AFTER = re.compile(rf"^be {_ADVERBS} ", re.IGNORECASE)
_MOST_AUXILIARIES = 5
_INTRODUCES = re.compile(r"(?:i'?m|i am|my name|name'?s|call me)\b", re.IGNORECASE)
_ELIDED = re.compile(rf"(?:{_VERB}\b|{_INTRO})", re.IGNORECASE)
_OPENS = re.compile(
    (
        r"(?:originally |(?:just )?moved to |(?:now )?(?:living|based) in |(?:have|got) (?:a"
        r"|an|two|three) |work (?:at|as|for) )"
    ),
    re.IGNORECASE,
)
"""What may begin a sentence without "I"."""
_NOUN = re.compile(
    r"^(?P<noun>[a-z][\w' -]{0,40}?)(?P<verb>'s(?! names?\b)| is| are|'re| was| were| used to be|:) (?P<rest>.+)$",
    re.IGNORECASE,
)


def english_clauses(message: str) -> list[Clause]:
    """Return the statements of a message that are meant, in order."""
    text = _QUOTED.sub(" ... ", message)
    if _marks()["unreal"].search(text):
        return []
    clauses: list[Clause] = []
    for sentence in _SENTENCE.findall(text):
        if sentence.strip() and not _is_asked(sentence) and not _marks()["supposed"].search(sentence):
            clauses.extend(_clauses(sentence, clauses))
    return clauses


def _is_asked(sentence: str) -> bool:
    bare = _FILLER.sub("", sentence.strip())
    return "?" in sentence or bool(_marks()["asked"].match(bare))


def _clauses(sentence: str, before: list[Clause]) -> Iterator[Clause]:
    """Yield the clauses of a sentence; `before` says whom "she" may mean."""
    last = next((clause.owner for clause in reversed(before) if clause.owner != SELF), "")
    subject, introduced = "", False
    for piece in _BOUNDARY.split(sentence.strip().rstrip(".!;, ")):
        part = _FILLER.sub("", piece.strip(" ,.-")).strip()
        if not part:
            continue
        owner, name, rest = _subject(part, subject, last)
        subject = owner
        last = owner if owner not in ("", SELF, "their") else last
        yield replace(_clause(owner, name, rest), introduced=introduced)
        introduced = introduced or bool(_INTRODUCES.match(part))


def _subject(part: str, inherited: str, last: str) -> tuple[str, str, str]:
    """Return whom a piece is about, the name that stands beside, and the rest of it."""
    if match := _OWNER.match(part):
        return kind_of(match["kin"], "kin", "en") or "", match["name"] or "", part[match.end() :]
    if match := _OWN_THING.match(part):
        return SELF, "", f"my {part[match.end() :]}"
    if _OF_A_GROUP.match(part):
        return "", "", part
    if match := _SELF.match(part):
        return SELF, "", part[match.end() :]
    if match := _ITS_NAME.match(part):
        return "their", "", part[match.end() :]
    if match := (_PRONOUN.match(part) or _RELATIVE.match(part)):
        fits = last and last not in _NOT_OF_GENDER.get(match[0].strip().lower(), ())
        return (last, "", part[match.end() :]) if fits else ("", "", part)
    if _ELIDED.match(part):
        return inherited or (SELF if _OPENS.match(part) else ""), "", part
    return "", "", part


def _clause(owner: str, name: str, rest: str) -> Clause:
    """Bring the first verb to its base form and find out whether it is, is not, or was."""
    mode: Mode = "is"
    text = rest.strip()
    if owner == SELF and text.startswith("my "):
        return _own_thing(text[3:])
    if owner and (match := re.match(r"^(?:'s|s')? ?(?=(?:name|birthday|favou?rite|fav|fave|age|job)\b)", text)):
        return _of_thing(owner, name, text[match.end() :])
    for _ in range(_MOST_AUXILIARIES):
        found = _auxiliary(text)
        if found is None or text.startswith(("be ", "have a ", "since ")):
            break
        end, meant, form = found
        if meant == "was" or (meant and mode == "is"):
            mode = meant
        text = f"{form}{text[end:]}".strip()
    text, mode = _base_form(text, mode)
    return Clause(owner, text, mode, name)


def _auxiliary(text: str) -> tuple[int, Mode | None, str] | None:
    """Return where the first auxiliary or adverb ends, the mode it gives, and what stands in its place."""
    for pattern, mode, form in _AUXILIARIES:
        if match := pattern.match(text):
            return match.end(), mode, form
    return None


def _base_form(text: str, mode: Mode) -> tuple[str, Mode]:
    """Bring a first verb to its base form: "lives in X" and "be living in X" become "live in X"."""
    since = text.startswith("since ")
    text = _TWO_VERBS.sub("", _ADVERB_AFTER.sub("be ", text.removeprefix("since ")))
    first, _, rest = text.partition(" ")
    if first.lower() in _PAST and not since:
        if mode == "not":
            return "", mode
        first, mode = _PAST[first.lower()], "was"
    text = f"{_BASE.get(first.lower(), first)} {rest}".strip()
    if mode == "was" and text.startswith(("be born", "be raised")):
        mode = "is"
    if mode == "not" and _ENDED.search(text):
        mode = "was"
    return _ENDED.sub("", text), mode


def _own_thing(text: str) -> Clause:
    """Turn "my dog's name is Rex" into "dog's name be Rex", and "my dog died" into itself, both of the person."""
    match = _NOUN.match(text)
    if not match:
        return Clause(SELF, f"my {text}")
    rest = match["rest"]
    mode: Mode = "was" if match["verb"].strip() in ("was", "were", "used to be") else "is"
    if past := re.match(r"used to be ", rest):
        rest, mode = rest[past.end() :], "was"
    if negated := re.match(r"(?:not|n't) ", rest):
        rest, mode = rest[negated.end() :], "not"
    return Clause(SELF, f"my {match['noun']} be {rest}", mode)


def _of_thing(owner: str, name: str, text: str) -> Clause:
    """Turn "my sister's favourite colour is blue" into "my favourite colour be blue" of the sister."""
    own = _own_thing(text)
    return Clause(owner, own.text, own.mode, name)


@cache
def _marks() -> dict[str, re.Pattern[str]]:
    groups = tomllib.loads((WORDS / "marks.en.toml").read_text("utf-8"))
    return {name: re.compile("|".join(patterns), re.IGNORECASE) for name, patterns in groups.items()}


def number_in(text: str) -> int | None:
    """Read "31", "thirty-one" or "a couple of" as a number."""
    plain = english_to_digits(text.lower().replace("-", " ").replace("a couple of", "2").replace("a couple", "2"))
    match = re.match(r"([0-9]{1,6})\b", plain)
    return int(match[1]) if match else None
