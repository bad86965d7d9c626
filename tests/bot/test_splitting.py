"""Whatever a text holds, its parts fit, none is blank, and nothing is torn that belongs together."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.splitting import SHORTEST_LIMIT, Length, is_blank, split_text, utf16_length
from tests.cases import CASES

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
PIECES = st.sampled_from(
    [
        *("word ", "a", " ", "\n", "\n\n", "`", "```", "```python\n", "\n```\n", "````\n", "\\*", "\\", "*", "_"),
        *("https://example.org/a_b?c=d ", "[a link](https://example.org)", "@name", "<b>", "\t", "\u200b", "\u3000"),
        *(FAMILY, "e\u0301", "\U0001f1e9\U0001f1ea", "\U0001f44d\U0001f3fd", "你好", "שלום", "\ud800", "한", "z" * 50),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=30).map("".join)
WHOLE = regex.compile(r"\[a link\]\(\S+?\)|https://[^\s<>`]+|\\\S|\X")
LENGTHS = st.sampled_from([len, utf16_length])
LIMITS = st.integers(SHORTEST_LIMIT, 60)


def _seen(text: str) -> str:
    """What of a text must be found in its parts again: everything but blanks and the backquotes of code."""
    return "".join(c for c in regex.sub(r"`+", "", text) if not is_blank(c))


@settings(max_examples=CASES, deadline=None)
@given(TEXTS, LIMITS, LENGTHS)
def test_parts_fit_and_none_is_blank_and_all_is_there(text: str, limit: int, length: Length) -> None:
    parts = split_text(text, limit, length)
    assert all(length(part) <= limit for part in parts)
    assert not any(is_blank(part) for part in parts)
    if "```" not in text:  # else the language is said again in each part of a block
        assert "".join(map(_seen, parts)) == _seen(text)
    else:
        assert _is_within(_seen(text), "".join(map(_seen, parts)))


def _is_within(inner: str, outer: str) -> bool:
    rest = iter(outer)
    return all(character in rest for character in inner)


@settings(max_examples=CASES, deadline=None)
@given(st.lists(PIECES.filter(lambda piece: "`" not in piece), max_size=30).map("".join), LIMITS, LENGTHS)
def test_no_link_escape_or_visible_character_is_torn(text: str, limit: int, length: Length) -> None:
    whole = WHOLE.findall(text)
    kept = [one for part in split_text(text, limit, length) for one in WHOLE.findall(part)]
    if all(length(one) <= limit for one in whole):
        assert [one.strip() for one in kept if not is_blank(one)] == [one.strip() for one in whole if not is_blank(one)]


@settings(max_examples=CASES // 2, deadline=None)
@given(st.lists(st.text("ab \n", min_size=1, max_size=90), max_size=8), st.integers(40, 120), LENGTHS)
def test_code_is_closed_and_opened_again(lines: list[str], limit: int, length: Length) -> None:
    code = "\n".join(lines).strip("\n")
    parts = split_text(f"before\n```python\n{code}\n```\nafter", limit, length)
    assert all(part.count("```") % 2 == 0 for part in parts)
    blocks = [block for part in parts for block in re.findall(r"```python\n(.*?)\n```", part, re.DOTALL)]
    assert _seen("".join(blocks)) == _seen(code)
    outside = " ".join(re.sub(r"```.*?```", "", part, flags=re.DOTALL) for part in parts)
    assert outside.split() == ["before", "after"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("\u200b \n", []),
        ("short", ["short"]),
        ("one paragraph\n\nand another", ["one paragraph", "and another"]),
        ("one two three four five", ["one two three four", "five"]),
        ("see https://example.org/long", ["see", "https://example.org/long"]),
        ("```\none\ntwo\nthree\nfour\n```", ["```\none\ntwo\n```", "```\nthree\nfour\n```"]),
        (FAMILY * 3, [FAMILY * 2, FAMILY]),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
    ],
)
def test_cuts_fall_where_they_hurt_least(text: str, parts: list[str]) -> None:
    assert split_text(text, 24 if "https" in text else 20) == parts


def test_a_limit_must_leave_room() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        split_text("text", 15)


def test_a_long_text_takes_no_long_time() -> None:
    assert "".join(split_text("`[(\\\n https://" * 20_000, 2000)).count("https") == 20_000
