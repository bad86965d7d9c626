"""Signs that a reply leans on what only its own talk had: features with a meaning, one a function.

Heard is what whoever is offered the reply has said as well: the message and the turns before it. Own is what only the
first talk had: who the bot was, what it knew of the person, and the turns before those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from brain.memory.ellipsis import is_elliptical
from brain.memory.particulars import (
    CHINESE_RELATION,
    RELATION,
    has_antecedents,
    numbers_in,
    speaks_of_itself,
)
from brain.memory.words import pairs_of, stem, stems_of, words_of

_COMMON_WORDS = """
a an the and or but if so then than that this these those there here it its they them their we us our you your i me my
mine am is are was were be been being do does did done have has had having will would can could may might must shall
should not no yes of to in on at by for with from about into over after before under up down out off again as like
just only very more most some any all both each every other another one two what which who whom whose when where why
how much many also too even still yet now today well good bad big little get got go going goes went come came make
made take took give gave let say said tell told think know see look want need feel find keep put try ask use work
first last next new old long time day way thing something anything nothing someone people person lot bit kind sort
really quite rather always never often once back away ok okay oh hm please thanks thank sorry hello hi hey don't i'm
i'll i'd it's that's you're they're familiar companion friend friendly likes love loves named called
"""
_COMMON = stems_of([_COMMON_WORDS])
_COMMON_CHINESE = """
我是 喜欢 一个 什么 怎么 可以 没有 不是 就是 这个 那个 今天 明天 一下 一点 有点 自己 现在 知道
觉得 时候 还是 不要 不会 的时 我的 你的 说话 聊天 朋友 东西 不用 这样 那么 一样 人家 的人
"""
_COMMON_PAIRS = pairs_of(_COMMON_CHINESE.split())
_YOUR_RELATION = re.compile(rf"\b(?:your|his|her|their)\s+(?:\w+\s+)?({RELATION})\b", re.IGNORECASE)
_AGAIN = re.compile(
    r"\b(?:again|still|as before|as always|as usual|this time|last time|the last one|back to|by now)\b"
    r"|又|上次|上回|这回|刚才|老样子",
    re.IGNORECASE,
)
_REMEMBER = re.compile(
    r"\b(?:you (?:said|told|mentioned|wrote|asked|wanted|hate|love|like|loved|hated|dislike)|remember(?:ed)?|"
    r"after a \w+ like yours|that \w+ of yours)\b|你(?:说过|提过|讲过|告诉|上次|不爱|最爱|爱吃|喜欢|怕)|"
    r"记得|没说过|没有让我",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:noted|from now on|from here on|i'll (?:remember|keep|pass|use|try|leave|stop|not)|"
    r"i will (?:remember|use|keep)|i won't|on my list|only \w+ from me|forgotten|i'll \w+ that on)\b|"
    r"记下|记住了|往后|从今|以后只|我替你|我会记",
    re.IGNORECASE,
)
_THE = re.compile(r"\b(?:the|that|those|these)\s+([a-z]{3,})", re.IGNORECASE)
_CHARACTER = re.compile(r"^\s*(?:i am|i'm|我是|我叫)\s*familiar", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """A reply with all its own talk had, `earlier` being the turns before the context."""

    message: str
    context: tuple[str, ...]
    reply: str
    persona: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()

    @cached_property
    def heard(self) -> str:
        """What somebody else has said too who writes this message in this context."""
        return "\n".join((*self.context, self.message))

    @cached_property
    def unheard(self) -> set[str]:
        """Stems and pairs of the reply that were not heard and mean something."""
        stems = stems_of([self.reply]) - stems_of([self.heard]) - _COMMON
        pairs = pairs_of([self.reply]) - pairs_of([self.heard]) - _COMMON_PAIRS
        return {item for item in stems if len(item) > 2 or item.isdigit()} | pairs


def _own(lines: tuple[str, ...], answer: Answer) -> float:
    return min(3, len(answer.unheard & (stems_of(lines) | pairs_of(lines))))


def _unheard_matches(pattern: re.Pattern[str], answer: Answer) -> float:
    heard = answer.heard.lower()
    found = {match.group(match.lastindex or 0).lower() for match in pattern.finditer(answer.reply)}
    return min(3, sum(item not in heard for item in found))


def _names(answer: Answer) -> float:
    """Count words with a capital inside a sentence that were not heard."""
    inside = re.findall(r"(?<=[a-z,;] )[A-Z][a-z]+", answer.reply)
    heard = stems_of([answer.heard])
    return min(3, sum(stem(name) not in heard for name in set(inside)))


def _definite(answer: Answer) -> float:
    """Count things called "the ..." of which only earlier turns or facts may have spoken."""
    return min(3, sum(stem(word) in answer.unheard for word in _THE.findall(answer.reply))) if answer.context else 0.0


def _is_character(answer: Answer) -> float:
    return float(bool(answer.persona) and not any(_CHARACTER.match(line) for line in answer.persona))


FEATURES: Mapping[str, Callable[[Answer], float]] = {
    "words of the facts": lambda answer: _own(answer.facts, answer),
    "words of the persona": lambda answer: _own(answer.persona, answer),
    "words of earlier turns": lambda answer: _own(answer.earlier, answer),
    "facts were known": lambda answer: float(bool(answer.facts)),
    "there were earlier turns": lambda answer: float(bool(answer.earlier)),
    "it has a context": lambda answer: float(bool(answer.context)),
    "the bot had a persona": lambda answer: float(bool(answer.persona)),
    "the bot was somebody else": _is_character,
    "somebody else speaks of itself": lambda answer: _is_character(answer) * speaks_of_itself(answer.reply),
    "names": _names,
    "a relation, pet or job": lambda answer: (
        _unheard_matches(_YOUR_RELATION, answer) + _unheard_matches(CHINESE_RELATION, answer)
    ),
    "gender": lambda answer: float(not has_antecedents(answer.reply, answer.heard)),
    "numbers": lambda answer: min(3, len(numbers_in(answer.reply) - numbers_in(answer.heard))),
    "again": lambda answer: _unheard_matches(_AGAIN, answer),
    "remembers": lambda answer: _unheard_matches(_REMEMBER, answer),
    "promises": lambda answer: _unheard_matches(_PROMISE, answer),
    "the thing": _definite,
    "elliptical message": lambda answer: float(is_elliptical(answer.message)),
    "length": lambda answer: min(
        3.0, len(words_of(answer.reply)) / 10 + len(answer.reply) * (not answer.reply.isascii()) / 20
    ),
}
"""Name and function of each feature: 0 where there is no sign, up to 3 where there are several."""
