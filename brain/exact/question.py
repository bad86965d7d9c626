"""Reading a message as a question: one spelling of signs and numbers, courtesies taken off."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from brain.exact.numbers_in_words import chinese_to_digits, english_to_digits

_LONGEST = 160
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# NFKC would turn 5² into 52 and 1½ into 11⁄2.
_SIGNS = str.maketrans(
    {"²": "^2", "³": "^3", "½": " 1/2", "¼": " 1/4", "¾": " 3/4", "×": "*", "✕": "*", "✖": "*", "⨉": "*", "·": "*"}
    | {"∙": "*", "⋅": "*", "÷": "/", "∕": "/", "−": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"'}
    | {"′": "'", "″": '"', "。": "."}
)
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\u200d]+")
_SPACE_BESIDE_CHINESE = re.compile("(?<![0-9a-z]) | (?![0-9a-z])")
_THOUSANDS = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_ASKS_FOR = re.compile(
    r"\b(?:(?:please )?(?:tell|give|show|remind) me|let me know"
    r"|i(?: need to|'d like to| would like to| want to| wanna) know)\b"
)
_BEFORE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|so|um|uh|well|and|please|pls|plz|quick question|quick one"
    r"|(?:can|could|would|will) (?:you|u)|do you know|work out|figure out)\b[ ,:]*)+"
)
_THING = re.compile(r"^(?=the |today's |tomorrow's |yesterday's )")
_AFTER = re.compile(
    r"(?:[ ?!.,~]|(?<=[ ?!.,])(?:please|pls|plz|thanks|thank you|thx|ty|exactly|for me|rn|right now|again|then)"
    r"(?=[ ?!.,]|$))+$"
)
_WHAT = re.compile(r"\b(?:wat|wut|wht|waht)(?=s?\b)")
_WHAT_IS = re.compile(r"\b(wh(?:at|en))(?: is|s|'s)\b")
_BEFORE_CHINESE = re.compile(r"^(?:请问|你好|那么?|请?问一下|帮我|算一下|算算|计算|你知道|告诉我|[,:])+")
_AFTER_CHINESE = re.compile(r"(?:[?!.,~呢呀啊]|谢谢)+$")


@dataclass(frozen=True, slots=True)
class Question:
    """A message made easy to match: lower case, ASCII signs, numbers in digits, no question mark."""

    text: str
    chinese: bool

    def say(self, english: str, chinese: str) -> str:
        """Return the sentence in the language of the question."""
        return chinese if self.chinese else english


def read_question(message: str) -> Question | None:
    """Return the message made easy to match, or None where it is too long to be a question of this kind."""
    if len(message) > _LONGEST:
        return None
    text = unicodedata.normalize("NFKC", message.translate(_SIGNS)).lower().translate(_SIGNS)
    text = _EMOJI.sub(" ", text)
    text = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), " ".join(text.replace("**", "^").split()))
    if len(text) > 2 * _LONGEST:
        return None
    if _CHINESE.search(text):
        text = _AFTER_CHINESE.sub("", _BEFORE_CHINESE.sub("", _SPACE_BESIDE_CHINESE.sub("", text)))
        return Question(chinese_to_digits(text), True)
    return Question(english_to_digits(_plainly_asked(text)), False)


def _plainly_asked(text: str) -> str:
    """Take courtesies off; "could you tell me the time, please?" becomes "what's the time"."""
    text = _AFTER.sub("", _BEFORE.sub("", text))
    if wish := _ASKS_FOR.match(text):
        text = _THING.sub("what's ", text[wish.end() :].lstrip(" :,"))
    return _WHAT_IS.sub(r"\1's", _WHAT.sub("what", text))
