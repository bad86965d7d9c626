"""Reading the values of Chinese statements: names, days, places, jobs, lists, pets and people."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from functools import cache
from typing import cast

from brain.exact.calendar_words import read_date
from brain.persona.kinds import any_of, content, kind_of, word_list

_LONGEST_VALUE = 16
_NAME = re.compile(r"[\u4e00-\u9fff]{1,4}|[A-Za-z][A-Za-z ]{0,20}")
_AND = re.compile(r"[、和跟与及]|以及|还有")
_COUNTED = re.compile(
    r"^(?:(?P<number>[0-9]{1,3}|两|几)?(?:只|条|匹|头|个|位|名|口|尾|缸)|(?P<bare>))(?P<old>[0-9]+(?:岁|个月)(?:大)?的)?"
    rf"(?:可爱的|小|大|老|白|黑|橘|亲)?(?P<kind>{any_of('kin', 'zh')}|{any_of('pets', 'zh')}"
    rf"|宠物)(?:了)?(?:[,，]?(?:名字)?叫(?:做)?(?P<named>.+))?$"
)


@cache
def word(name: str) -> re.Pattern[str]:
    """Return a pattern of the section `words` of the relations."""
    words = cast("Mapping[str, str]", content("relations.zh.toml")["words"])
    return re.compile(words[name])


def phrase(text: str) -> str | None:
    """Return a short phrase without its particles, or None where there is none that could be kept."""
    before = ""
    while text != before:
        before, text = text, word("cut").sub("", text).strip()
    if not text or len(text) > _LONGEST_VALUE or not re.search(r"\w", text):
        return None
    return None if word("not_kept").search(text) else text


def several(text: str) -> list[str]:
    """Split a list: 唱歌、跳舞和游泳 has three."""
    if text.startswith(("的", "上", "不")):
        return []
    return [found for part in _AND.split(text) if (found := phrase(part))]


def name(text: str) -> str | None:
    """Return a name of up to four characters; 叫我回家 holds none."""
    text = re.sub(r"(?:就行|就好|吧|哦|呀|啦)+$", "", text)
    if not _NAME.fullmatch(text):
        return None
    return None if re.search(word("not_name").pattern, text) else text.strip()


def day(text: str, today: datetime.date) -> str | None:
    """Return a birthday as MM-DD, or YYYY-MM-DD where the year was said."""
    if text in ("今天", "明天"):
        return (today + datetime.timedelta(text == "明天")).isoformat()[5:]
    if not re.fullmatch(r"(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}[号日]?", text):
        return None
    date = read_date(text, today)
    return None if date is None else date.isoformat() if "年" in text else date.isoformat()[5:]


def home(text: str) -> str | None:
    """Return where somebody lives: no hospital, floor or "here"."""
    found = phrase(text)
    return None if found is None or word("not_home").search(found) else found


def job(text: str) -> str | None:
    """Return an occupation that is on the list, with what describes it."""
    found = phrase(re.sub(r"^[0-9一]?[名个位]", "", text))
    if found and re.match(r"[想要像在]|希望|打算|考虑|成为|最", found):
        return None
    known = max((job for job in word_list("jobs.zh.txt") if found and found.endswith(job)), key=len, default="")
    describing = (found or "").removesuffix(known)
    return (
        found
        if known and len(describing) <= 4 and not re.search(r"[不请找聘想是给有见问被了去当叫跟和]", describing)
        else None
    )


def counted(text: str) -> list[tuple[str, int | None, str]]:
    """Read 两条狗和一只猫: words for the kind, how many, and the name if there is one."""
    found: list[tuple[str, int | None, str]] = []
    for part in re.split(r"[和、](?=[0-9一两]|个)", text):
        if match := _COUNTED.match(part):
            number = {"两": 2, "几": None, None: 1}.get(match["number"], -1)
            found.append((match["kind"], int(match["number"]) if number == -1 else number, match["named"] or ""))
    return found


def pet_kind(text: str) -> str | None:
    """Return the kind of a pet, "pet" for 宠物."""
    return "pet" if text == "宠物" else kind_of(text, "pets", "zh")
