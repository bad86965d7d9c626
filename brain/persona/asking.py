"""Asking: what a question asks of the facts. "do you remember where my sister lives?" asks lives_in of the sister."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import cast

from brain.persona import values_en, values_zh
from brain.persona.fact import SELF, Relation
from brain.persona.kinds import WORDS, any_of, kind_of, word_list
from brain.persona.reading import normal
from brain.text.language import Language, language_of

_LONGEST = 160
_EN_COURTESY = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|so|um|well|and|but|btw|by the way|quick question|question"
    r"|please|pls|wait|now|then|also|sorry|random but|lol)\b[\s,:.!-]*"
    r"|(?:can|could|would|will) (?:you|u) (?:please )?(?=tell|remind|say|remember|recall)"
    r"|(?:do|did|can|could) (?:you|u) (?:still |even |happen to |actually |by any chance )*(?:remember"
    r"|know|recall|tell me|say)(?! anything| something| much| about| things) ?|(?:please )?(?:tell"
    r"|remind) me (?:again )?(?!about|everything|what you|all)"
    r"|(?:you )?remember |i (?:forgot|forget|can't remember|don't remember|wonder|want to know"
    r"|bet you don't know|wanna know|told you)[ ,]*|guess |any idea |let's see if you know "
    r"|quiz:? ?(?:time:? )?|test:? |if )+"
)
_EN_AFTER = re.compile(
    r"[\s,?!.]*(?:\b(?:again|please|pls|plz|btw|by the way|do you (?:remember|know|recall)"
    r"|remember|right|then|lol|haha|anyway|exactly|if you (?:remember|know)|like i (?:said"
    r"|told you)|did i (?:say|tell you)|have i told you|can you tell me|though)\b[\s,?!.]*)*$"
)
_ZH_COURTESY = re.compile(
    r"^(?:(?:那个?|对了|嗯|喂|嗨|你好|请问|话说|请|诶|哎|考考你|问一?下)[,，:：!！ ]*"
    r"|你?(?:还)?(?:能|可以)?(?:记得|记不记得|知道|知不知道|告诉我|提醒我?)(?:一下)?[,，:：]?(?=.*我)"
    r"|我忘了[,，]?|猜猜)+"
)
_ZH_AFTER = re.compile(
    r"(?:[?？!！。.~～\s]|来着|[呢吗嘛呀啊吧哦]|[,，]?你?(?:还)?(?:记得|知道|记得吗|知道吗)|对吧|对不对|是吧)+$"
)
_INDIRECT = re.compile(
    r"^(?P<wh>(?:what|where|when|how old|how many [\w ]+?|which \w+|who))(?<! do)(?<! be)(?<! did)"
    r" (?P<subject>S) (?P<verb>be"
    r"|do|have|live|work|study|like|love|hate|enjoy|from)\b ?(?P<rest>.*)$"
)
_EN_KIN = any_of("kin", "en")
_TOLD_BEFORE = re.compile(r"^(what|where|when|who|how old|how many [\w ]+?) did i (?:say|tell you)(?: that)? ")
_TOPIC_FIRST = re.compile(rf"^(?P<kin>my {_EN_KIN}), (?P<start>.*\b(?:does|is|do) )(?:he|she|they)\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: of whom, which relation ("all" for everything known), how many, or whether it is a value."""

    relation: Relation | str
    owner: str = SELF
    key: str = ""
    value: str = ""
    how_many: bool = False
    past: bool = False
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class _Row:
    relation: str
    pattern: re.Pattern[str]
    past: bool


def read_question(message: str) -> list[Asked]:
    """Return what a message asks, [] where it asks for no fact; two questions in one give two."""
    if len(message) > _LONGEST:
        return []
    text = normal(message)
    language = language_of([text])
    if one := _asked(text, language):
        return [one]
    parts = _parts(text, language)
    asked = [_asked(part, language) for part in parts]
    found = [one for one in asked if one]
    return found if len(parts) > 1 and len(found) == len(parts) else []


def _parts(text: str, language: Language) -> list[str]:
    """Split "where do I live and how old am I" and "what's my name and age" in two."""
    if language == "zh":
        return [part for part in re.split(r"[,，?？]|还有|和(?=我)", text) if part.strip()]
    split = re.split(r",? and (?=(?:what|where|when|how|who|do|am|is|which)\b)|\?+ *(?=\w)", text)
    if len(split) == 1 and (
        match := re.fullmatch(r"(?P<ask>.*\bmy )(?P<one>[\w ]+?) and (?:my )?(?P<two>[\w ]+)\W*", text)
    ):
        return [match["ask"] + match["one"], match["ask"] + match["two"]]
    if len(split) == 1 and (
        match := re.fullmatch(r"(?P<ask>where do(?:es)? (?:i|my \w+)) (?P<one>\w+) and (?P<two>\w+)\W*", text.lower())
    ):
        return [f"{match['ask']} {match['one']}", f"{match['ask']} {match['two']}"]
    return split


def _asked(text: str, language: Language) -> Asked | None:
    for owner, plain in _canonical_zh(text) if language == "zh" else [_canonical_en(text)]:
        for row in _rows(language):
            if (match := row.pattern.fullmatch(plain)) and (asked := _of_match(row, match, owner, language)):
                return asked
    return None


def _of_match(row: _Row, match: re.Match[str], owner: str, language: Language) -> Asked | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    if "can" in groups:
        groups["value"] = f"can {groups['can']}"
    word = groups.get("many") or groups.get("key") or ""
    key = word.strip()
    if row.relation in ("pet", "kin"):
        key = _kind(word, language) if word else ("pet" if row.relation == "pet" else "")
    if row.relation == "works_as" and owner == SELF and match[0] == "what do S do":
        return None  # Who says so mostly wants advice.
    if row.relation == "works_as" and groups.get("value") and not _is_job(groups["value"], language):
        return None
    value = groups.get("value") or groups.get("about") or groups.get("when") or ""
    if row.relation == "age" and value and not value.isdecimal():
        return None
    return Asked(row.relation, owner, key, value.strip(), "many" in groups, row.past, language)


def _is_job(text: str, language: Language) -> bool:
    return bool(values_zh.job(text)) if language == "zh" else values_en.is_listed_job(text)


def _kind(word: str, language: Language) -> str:
    if word.rstrip("s") in ("pet", "animal") or word == "宠物":
        return "pet"
    if word in ("only child", "独生子女", "独生女", "独生子"):
        return "sibling"
    return kind_of(word, "pets", language) or kind_of(word, "kin", language) or word


def _canonical_en(text: str) -> tuple[str, str]:
    """Return whose facts are asked for, and the question with S for that person, `be` and `do` for their forms."""
    text = _EN_AFTER.sub("", _EN_COURTESY.sub("", text.lower().strip()))
    text = _TOLD_BEFORE.sub(r"\1 ", _TOPIC_FIRST.sub(r"\g<start>\g<kin>", text))
    text = re.sub(
        r"\b(what|where|who|when|how)(?:'s| is| are|'re|s)\b(?= )",
        r"\1 be",
        re.sub(r"\bwhat(?:'re)\b", "what are", text),
    )
    owner = SELF
    if match := re.search(
        (
            rf"\b(?:my|our) (?P<kin>{_EN_KIN})\b(?='s |s' |' | (?:be|is|are|do|does|like|live"
            rf"|work|stud|call|name|from|have|has|old|born|into|in|a |an |speak|play|grow|come"
            rf"|go|hate|allergic|own|eat|vegan|vegetarian)|$)"
        ),
        text,
    ):
        start = text[: match.start()]
        if not re.search(r"(?:have|know) $|of $", start) and not re.search(r"\bi\b", start):
            owner = kind_of(match["kin"], "kin", "en") or SELF
            text = f"{start}S{text[match.end() :].replace(chr(39) + ' ', chr(39) + 's ', 1)}"
    if owner == SELF:
        text = re.sub(
            r"\b(?:my|our)\b",
            "S's",
            re.sub(r"\b(?:i'm|im)\b", "S be", re.sub(r"\b(?:i|we|me|myself)\b(?!')", "S", text)),
        )
    text = re.sub(r"\b(?:am|is|are)\b", "be", re.sub(r"\b(?:does)\b", "do", text))
    if match := _INDIRECT.match(text):
        text = _direct(match)
    text = re.sub(r"^(what|where|when|who|how old) (S's .+) be$", r"\1 be \2", text)
    return owner, re.sub(r"\s+", " ", text.replace("be S' ", "be S's ")).strip()


def _direct(match: re.Match[str]) -> str:
    """Turn "where S live" (after "do you know") into "where do S live"."""
    if match["verb"] in ("be", "from"):
        return f"{match['wh']} be S {match['rest']}".strip()
    return f"{match['wh']} do S {match['verb']} {match['rest']}".strip()


def _canonical_zh(text: str) -> list[tuple[str, str]]:
    """Return readings of a question, as `_canonical_en` does: 你知道 may be a courtesy or belong to it."""
    text = _ZH_AFTER.sub("", re.sub(r"\s+", "", text))
    return [_with_person_zh(text), _with_person_zh(_ZH_AFTER.sub("", _ZH_COURTESY.sub("", text)))]


def _with_person_zh(text: str) -> tuple[str, str]:
    owner = SELF
    if match := re.search(rf"我(?:的|家)?(?P<kin>(?>{any_of('kin', 'zh')}))(?!都?叫(?:什么|啥)|的?名字)(?=.)", text):
        owner = kind_of(match["kin"], "kin", "zh") or SELF
        return owner, f"{text[: match.start()]}S{text[match.end() :]}"
    return owner, re.sub(r"(?:我家|我们家|我|本人)", "S", text, count=1)


@cache
def _rows(language: Language) -> list[_Row]:
    """Return the rows of the table; those for the past come first."""
    tables = cast("dict[str, object]", tomllib.loads((WORDS / f"questions.{language}.toml").read_text("utf-8")))
    past = cast("Mapping[str, Sequence[str]]", tables.pop("past"))
    groups = [(past, True), (cast("Mapping[str, Sequence[str]]", tables), False)]
    return [
        _Row(relation, re.compile(_filled(pattern, language)), is_past)
        for table, is_past in groups
        for relation, patterns in table.items()
        for pattern in patterns
    ]


def _filled(pattern: str, language: Language) -> str:
    slots = {"{pets}": any_of("pets", language), "{kin}": any_of("kin", language)}
    if language == "en":
        slots |= {
            "{diets}": f"(?:{values_en.word('diets').pattern})",
            "{trait}": f"(?:{values_en.word('trait').pattern})",
        }
    else:
        slots |= {
            "{job}": "(?:一?[名个位])?(?:" + "|".join(sorted(word_list("jobs.zh.txt"), key=len, reverse=True)) + ")"
        }
    for slot, words in slots.items():
        pattern = pattern.replace(slot, words)
    return pattern
