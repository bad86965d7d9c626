"""Chinese statements: "我妹妹以前住在厦门" is a Clause of the younger sister, 住在厦门, was."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache

from brain.exact.numbers_in_words import chinese_to_digits
from brain.persona.clause import Clause, Mode
from brain.persona.fact import SELF
from brain.persona.kinds import WORDS, any_of, kind_of

_QUOTED = re.compile(r"“[^”]*”?|「[^」]*」?|『[^』]*』?|\"[^\"]*\"?|《[^》]*》")
_SENTENCE = re.compile(r"[^。！？!?;；\n]+[。！？!?;；\n]*")
_PIECE = re.compile(
    r"[,，、:：](?!(?:名字)?叫)(?![^,，]*[、][^,，]*$)|[,，](?!(?:名字)?叫)|但是?|不过|可是|而且|然后|所以|因为|(?<=[^0-9])\s+(?=我)"
)
# Not every numeral is a number: 千与千寻, 三国 and 一个人 stay as they are.
_NUMERAL = re.compile(
    r"[〇零一二两三四五六七八九十百]+(?=周?岁|年|月|号|日|[个只条匹头位名口](?!人)|楼)|(?<=今年)[一二三四五六七八九十]+|(?<=刚满)[一二三四五六七八九十]+"
    r"|(?<=^我)[二三四五六七八九]?十[一二三四五六七八九]?(?=了?$|了?[,，])"
)
_GAP = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
"""In a chat a space between Chinese signs stands for a comma."""
_FILLER = re.compile(
    r"^(?:大家好|你好呀?|您好|嗨|哈喽|哈罗|早上好|晚上好|嗯+|哦|噢|啊|那个?|其实|对了|不对|不是|不,|没错|是的|话说|说实话|说真的|顺便说一下"
    r"|请?记住|记得|请|好吧|好的|行|哎|唉|另外|还有|现在|而|也|就|告诉你|跟你说|其实吧|[,，:：\s])+"
)
_KIN = any_of("kin", "zh")
_NEAR = "(?=老公|老婆|邻居|室友|舍友|女朋友|男朋友|闺蜜|儿子|女儿|媳妇)"
"""Whose own they are goes without saying."""
_ONES_KIN = re.compile(
    rf"^(?:(?:我们?|俺|咱)(?:的|家的?)?|{_NEAR})(?P<kin>{_KIN})(?!的(?!生日|名字|工作|专业|老家|爱好))(?=.)"
)
_SELF = re.compile(r"^(?:我们家|我们|我家的?|我|本人|俺|咱家?|偶)")
_PRONOUN = re.compile(r"^[他她]们?")
_PAST = re.compile(r"^(?:以前|曾经?|原来|之前|过去|从前|小时候|原先|早年)(?:是|就|也)?")
_ADVERB = re.compile(
    r"^(?:现在|目前|今年|一直|就是|就|也|已经|刚刚|刚|最近|其实|都|还是|还|特别|超级|超(?!市)|很|非常|真的|真|挺|蛮|比较|平时|从小(?!在)|本来|又|总是|总|快|确实|算是|只|最(?=烦|讨厌|爱[吃喝看听玩])|十分|可|从来(?=不))"
)
_ONCE = re.compile(r"^(?P<verb>(?:在.+?)?(?:住|养|做|当|学|干|读|教))过(?P<rest>.*)$")
_ENDED = re.compile(
    r"^(?:不再|不|没再)(?P<rest>(?:住|在.+?(?:工作|上班)|吃素|养|学|做|当|是).*?)了$|^不再(?P<again>.+?)了?$"
)
_LACKS = re.compile(rf"^没(?={_KIN}|宠物)")
_DENIED = re.compile(r"^(?:不是|没有?(?=养|有|学|住)|不(?=叫|吃素|住(?!在?[0-9])|在|姓|学))")


def chinese_clauses(message: str) -> list[Clause]:
    """Return the statements of a message that are meant, in order."""
    text = _NUMERAL.sub(lambda numeral: chinese_to_digits(numeral[0]), _QUOTED.sub("…", message))
    text = _GAP.sub("，", text)
    text = re.sub(r"(?<![0-9a-zA-Z])\s+|\s+(?![0-9a-zA-Z])", "", text)
    if _marks()["unreal"].search(text):
        return []
    clauses: list[Clause] = []
    for sentence in _SENTENCE.findall(text):
        if not _marks()["supposed"].search(sentence):
            clauses.extend(_clauses(sentence, clauses))
    return clauses


def _clauses(sentence: str, before: list[Clause]) -> Iterator[Clause]:
    last = next((clause.owner for clause in reversed(before) if clause.owner != SELF), "")
    subject = ""
    asked = "?" in sentence or "？" in sentence
    pieces = [piece for piece in _PIECE.split(sentence) if piece]
    for piece in pieces:
        part = _FILLER.sub("", piece.strip("。！!;；~～ …\n"))
        if not part or (asked and piece is pieces[-1]) or _marks()["asked"].search(piece.strip("。\n ")):
            continue
        owner, rest = _subject(part, subject, last)
        subject = owner
        last = owner if owner not in ("", SELF) else last
        if owner:
            yield _clause(owner, rest)


def _subject(part: str, inherited: str, last: str) -> tuple[str, str]:
    """Return whom a piece is about ("" for nobody known), and what is said."""
    if match := _ONES_KIN.match(part):
        return kind_of(match["kin"], "kin", "zh") or "", part[match.end() :]
    if match := _SELF.match(part):
        return SELF, part[match.end() :]
    if match := _PRONOUN.match(part):
        return last, part[match.end() :]
    return ("", part) if re.match(r"[你您这那它]|大家|别人|人们|有人", part) else (inherited, part)


def _clause(owner: str, text: str) -> Clause:
    """Take adverbs off and find out whether it is, is not, or was."""
    mode: Mode = "is"
    before = ""
    while text != before:
        before = text
        if match := _PAST.match(text):
            mode, text = "was", text[match.end() :]
        text = _ADVERB.sub("", text) if not text.startswith(("最喜欢的", "最爱的")) else text
    text = _LACKS.sub("没有", text)
    if match := _ENDED.match(text):
        return Clause(owner, match["rest"] or match["again"], "was")
    if match := _ONCE.match(text):
        rest = re.sub(r"[0-9几两]+(?:年|个月|天|多年|周).*$", "", match["rest"])
        return Clause(owner, match["verb"] + rest, "was")
    if mode == "is" and (match := _DENIED.match(text)):
        return Clause(owner, text[match.end() :], "not")
    return Clause(owner, text, mode)


@cache
def _marks() -> dict[str, re.Pattern[str]]:
    groups = tomllib.loads((WORDS / "marks.zh.toml").read_text("utf-8"))
    return {name: re.compile("|".join(patterns)) for name, patterns in groups.items()}
