"""Text to markup and back: nothing in a reply is emphasis, nothing in a message is an id."""

from __future__ import annotations

import os
import random
import re

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from adapters.discord.delivery import LONGEST
from adapters.discord.markup import read_text, to_markdown
from bot.splitting import is_blank, split_text

CASES = int(os.environ.get("TEST_EXAMPLES", "20000"))
"""Random texts that are tried. A nightly run tries a million."""
ME = 100
NAMES = {7: "Ann", 8: "mods", 9: "general"}

PIECES = (
    *(
        "**",
        "_",
        "~~",
        "||",
        "`",
        "``",
        "```",
        "```py\n",
        "\\",
        "# ",
        "> ",
        ">>> ",
        "-# ",
        "[a](",
        ")",
        "](http://x_y)",
    ),
    *("https://example.org/a_b_c", "<@100>", "<@!100>", "<@7>", "<@&8>", "<#9>", "<:cat:12>", "<a:dog:13>", "<@99999>"),
    *(
        "@everyone",
        "\n",
        "\n\n",
        " ",
        "word",
        "snake_case",
        "\0",
        "\ud800",
        "\u200d",
        "👩‍👩‍👧",
        "é",
        "e\u0301",
        "\u202e",
    ),
    *("<b>", "&lt;", "١", "\u3000", "a" * 300, "x\n" * 200),
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("**a** _b_ ~~c~~ ||d||", r"\*\*a\*\* \_b\_ \~\~c\~\~ \|\|d\|\|"),
        ("# head\n## two\n#no", "\\# head\n\\## two\n#no"),
        ("> quote\na > b", "\\> quote\na > b"),
        ("-# small", r"\-# small"),
        ("[click](https://a_b.example/c_d)", r"\[click](https://a_b.example/c_d)"),
        ("[1] is no link", "[1] is no link"),
        ("see https://a.example/x_y_z.", "see https://a.example/x_y_z."),
        ("`a*b` and ``c`d``", "`a*b` and ``c`d``"),
        ("```py\na_b\n```*", "```py\na_b\n```\\*"),
        ("a ` alone", "a \\` alone"),
        ("¯\\_(ツ)_/¯", "¯\\\\\\_(ツ)\\_/¯"),
        ("```unclosed *", "```unclosed *"),
    ],
)
def test_what_a_reply_says_is_shown_as_it_is(text: str, written: str) -> None:
    assert to_markdown(text) == written


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<@100> hello", "hello"),
        ("<@!100>, hello", "hello"),
        ("hello <@100>", "hello"),
        ("hello, <@100>!", "hello!"),
        ("<@100><@100>", ""),
        ("ask <@100> about it", "ask <@100> about it"),
        ("<@7> <@!7> <@&8> <#9>", "@Ann @Ann @mods #general"),
        ("<@55> is unknown", "<@55> is unknown"),
        ("<:cat:12> <a:dog:13>", ":cat: :dog:"),
        ("", ""),
    ],
)
def test_what_a_message_says_is_read_without_ids(content: str, text: str) -> None:
    assert read_text(content, ME, NAMES) == text


@given(st.text(alphabet="ab \\*_~|#>[]()\n-", max_size=60))
@examples(max_examples=300, deadline=None)
def test_taking_the_escapes_out_gives_the_text_again(text: str) -> None:
    assert re.sub(r"\\([\\*_~|`#>\[-])", r"\1", to_markdown(text)) == text


@given(st.text(max_size=200))
@examples(max_examples=300, deadline=None)
def test_outside_code_and_addresses_no_mark_is_left(text: str) -> None:
    code = r"(`{3,}).*?(?:\1|\Z)|``(?!`)(?:[^`\n]|`(?!`))+``(?!`)|`(?!`)[^`\n]+`(?!`)|https?://\S+"
    written = re.sub(code, "", to_markdown(text), flags=re.DOTALL)
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_~|]", written)


@given(st.text(max_size=80), st.sampled_from(["<@100>", "<@!100>"]))
@examples(max_examples=300, deadline=None)
def test_the_mention_of_the_bot_leaves_no_trace_at_the_beginning(text: str, mention: str) -> None:
    assert not read_text(f"{mention} {text}", ME, NAMES).startswith(("<@100>", "<@!100>"))


def test_random_texts_are_read_written_and_split_without_a_fault() -> None:
    chance = random.Random(5)
    for number in range(CASES):
        text = "".join(chance.choices(PIECES, k=chance.randrange(1, 12)))
        written = to_markdown(text)
        assert len(written) <= 2 * len(text)
        parts = split_text(written, LONGEST)
        assert all(len(part) <= LONGEST and not is_blank(part) for part in parts), (number, text)
        assert bool(parts) != is_blank(written), (number, text)
        assert not read_text(text, ME, NAMES).startswith("<@100>")
