"""Between text and Discord's markup: pure functions over strings."""

from __future__ import annotations

import re
from collections.abc import Mapping

_MENTION = re.compile(r"<(?P<kind>@!?|@&|#)(?P<id>\d{1,20})>|<a?:(?P<emoji>\w{2,32}):\d{1,20}>")

# What is left as it is: code, whose marks are no markup, and addresses, which an escape would break.
_CODE = r"(?P<fence>`{3,}).*?(?:(?P=fence)|\Z)|``(?!`)(?:[^`\n]|`(?!`))+``(?!`)|`(?!`)[^`\n]+`(?!`)"
_LITERAL = rf"(?P<literal>{_CODE}|https?://[^\s<>()\[\]]+)"
_MARK = r"(?P<mark>[\\*_~|`]|^(?:#{1,3}|-#|>{1,3})(?=[ \t])|\[(?=[^\[\]\n]*\]\())"
_MARKUP = re.compile(f"{_LITERAL}|{_MARK}", re.DOTALL | re.MULTILINE)


def to_markdown(text: str) -> str:
    """Write `text` so that Discord shows it as it is.

    Blocks of code and code in a line stay code. Everything else that would be emphasis, a heading, a quotation, a
    spoiler or a link under another name is escaped, and a link keeps its address in sight.
    """
    return _MARKUP.sub(lambda found: found["literal"] or "\\" + found["mark"], text)


def read_text(content: str, me: int, names: Mapping[int, str]) -> str:
    """What a message says to a reader who knows no ids.

    The mention of the bot (`me`) that it begins or ends with is left out; other mentions and custom emoji become their
    names. `names` has those of people, roles and channels; one that is missing there stays as it is.
    """
    mine = rf"<@!?{me}>"
    text = re.sub(rf"\A\s*(?:{mine}[\s,:]*)+|(?:[\s,]*{mine})+(?P<end>[\s.!?]*)\Z", _end, content)
    return _MENTION.sub(lambda found: _name(found, names), text).strip()


def _end(found: re.Match[str]) -> str:
    return found["end"] or ""


def _name(found: re.Match[str], names: Mapping[int, str]) -> str:
    if found["emoji"]:
        return f":{found['emoji']}:"
    name = names.get(int(found["id"]))
    return found[0] if name is None else f"{found['kind'][0]}{name}"
