"""The shapes of Telegram's objects, and what its servers see in a text."""

from __future__ import annotations

import re
import time
from typing import Any

Json = dict[str, Any]

LONGEST_TEXT = 4096
"""UTF-16 units, after parsing."""

_FOUND = {
    "mention": re.compile(r"(?<!\w)@[A-Za-z]\w{3,31}"),
    "bot_command": re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?"),
    "url": re.compile(r"https?://[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?:/\S*)?"),
}
_HTML = re.compile(r"<(/?)(\w[\w-]*)[^<>]*>")
_HTML_TAGS = frozenset({"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote"})
_MARKDOWN_PAIRS = {"Markdown": "*_`", "MarkdownV2": "*_`~"}
_MARKDOWN_RESERVED = frozenset("[]()>#+-=|{}.!")


class Unparsable(Exception):
    """A text breaks the rules of its parse mode."""


def units(text: str) -> int:
    """Length as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def user(id_: int, name: str, *, bot: bool = False) -> Json:
    """A User object."""
    return {"id": id_, "is_bot": bot, "first_name": name.title(), "username": name, "language_code": "en"}


def find_entities(text: str) -> list[Json]:
    """What Telegram marks in a text by itself: addresses, and outside of them mentions and commands."""
    found = [(match, kind) for kind, pattern in _FOUND.items() for match in pattern.finditer(text)]
    free = sorted(found, key=lambda one: (one[0].start(), one[1] != "url"))
    entities: list[Json] = []
    end = 0
    for match, kind in free:
        if match.start() >= end:
            entities.append({"type": kind, "offset": units(text[: match.start()]), "length": units(match[0])})
            end = match.end()
    return entities


def parse(text: str, mode: str | None) -> str:
    """Return the text that is seen. Raises Unparsable where the mode's rules are broken."""
    if not mode:
        return text
    if mode == "HTML":
        return _parse_html(text)
    if mode in _MARKDOWN_PAIRS:
        return _parse_markdown(text, mode)
    raise Unparsable("unsupported parse_mode")


def _parse_html(text: str) -> str:
    open_tags: list[str] = []
    for tag in _HTML.finditer(text):
        at = len(text[: tag.start()].encode())
        if tag[2] not in _HTML_TAGS:
            raise Unparsable(f'can\'t parse entities: Unsupported start tag "{tag[2]}" at byte offset {at}')
        if not tag[1]:
            open_tags.append(tag[2])
        elif not open_tags or open_tags.pop() != tag[2]:
            raise Unparsable(f"can't parse entities: Unexpected end tag at byte offset {at}")
    if open_tags:
        raise Unparsable(f"can't parse entities: Can't find end tag corresponding to start tag {open_tags[-1]}")
    bare = _HTML.sub("", text)
    if "<" in bare:
        raise Unparsable("can't parse entities: Unsupported start tag")
    return bare.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")


def _parse_markdown(text: str, mode: str) -> str:
    seen, opened, place = "", dict[str, int](), 0
    while place < len(text):
        character = text[place]
        if character == "\\" and place + 1 < len(text):
            seen, place = seen + text[place + 1], place + 2
            continue
        if character in _MARKDOWN_PAIRS[mode]:
            if opened.pop(character, None) is None:
                opened[character] = len(text[:place].encode())
        elif mode == "MarkdownV2" and character in _MARKDOWN_RESERVED and "`" not in opened:
            raise Unparsable(f"can't parse entities: Character '{character}' is reserved and must be escaped")
        else:
            seen += character
        place += 1
    if opened:
        first = min(opened.values())
        raise Unparsable(f"can't parse entities: Can't find end of the entity starting at byte offset {first}")
    return seen


def now() -> int:
    """A date as Telegram writes it."""
    return int(time.time())
