"""Obeying: whether a reply is as it was asked for, and making it so where words can be cut or changed."""

from __future__ import annotations

import re
from collections.abc import Callable

from brain.persona.wishes import Wishes
from brain.text.language import language_of

SHORT_WORDS, SHORT_CHARACTERS = 15, 25
"""What "keep it short" allows: words, and characters of Chinese."""
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff\u2190-\u21ff\u231a-\u23ff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U000e0020-\U000e007f]"
    r"|(?<!\w)[:;=8xX]-?[)(DPpOo3/|](?!\w)|(?<!\w)<3(?!\d)|\^_\^"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s*(?=\S)")
_CLAUSE_END = re.compile(r"(?<=[,;:，；：])\s*|\s+[-–—]\s+")
_LOOSE_END = re.compile(
    r"(?:[\s,;:，；：、-]+|\s(?:and|or|but|the|an?|to|of|in|on|at|for|with|your|my|is|are|that|so|if|as|from|than|by|i|it's|you're))+$",
    re.IGNORECASE,
)
_CASUAL = re.compile(
    r"\b(?:gonna|wanna|gotta|kinda|sorta|yeah|yep|yup|nope|nah|hey|lol|haha\w*|omg|btw|tbh|idk|dude|bro|cool|awesome|ya|yo|ugh|phew|ain't|y'all|lemme|gimme|cuz|folks|super|stuff)\b"
    r"|哈哈|嘿|嗯哼|咱|啦|哟|呗|哇塞|牛逼|超级?(?=[\u4e00-\u9fff])|咋|啥",
    re.IGNORECASE,
)
_CONTRACTED = re.compile(
    r"\b\w+(?:n't|'(?:re|ve|ll|m|d))\b|\b(?:it|that|there|here|what|where|who|how|he|she|let)'s\b", re.IGNORECASE
)
_EXPANDED: tuple[tuple[str, str], ...] = (
    (r"\bwon't\b", "will not"),
    (r"\bcan't\b", "cannot"),
    (r"\bshan't\b", "shall not"),
    (r"\bain't\b", "is not"),
    (r"\blet's\b", "let us"),
    (r"n't\b", " not"),
    (r"'re\b", " are"),
    (r"'ve\b", " have"),
    (r"'ll\b", " will"),
    (r"\bi'm\b", "I am"),
    (r"'m\b", " am"),
    (r"\b(i|you|he|she|we|they)'d\b", r"\1 would"),
    (r"\b(it|that|there|here|what|where|who|how|he|she)'s\b", r"\1 is"),
    (r"\bgonna\b", "going to"),
    (r"\bwanna\b", "want to"),
    (r"\bgotta\b", "have to"),
    (r"\b(?:kinda|sorta)\b", "somewhat"),
    (r"\b(?:yeah|yep|yup|ya)\b", "yes"),
    (r"\b(?:nope|nah)\b", "no"),
    (r"\bcuz\b", "because"),
    (r"\blemme\b", "let me"),
    (r"\bgimme\b", "give me"),
    (r"\bhey\b", "hello"),
    (r"\b(?:cool|awesome)\b", "excellent"),
    (r"\bsuper\b", "very"),
    (r"\bstuff\b", "things"),
    (r"\b(?:folks|y'all)\b", "everyone"),
    (r"\byo\b", "hello"),
    (r"\b(?:lol|haha\w*|omg|btw|tbh|idk|dude|bro|ugh|phew)\b[,.!]? ?", ""),
    (r"哈哈+[,，!！。]?", ""),
    (r"[啦哟呗](?=[\W]|$)", ""),
    (r"嘿[,，!！]?", ""),
    (r"咱们?", "我们"),
    (r"咋", "怎么"),
    (r"啥", "什么"),
    (r"你(?!们)", "您"),
    (r"超级?(?=[\u4e00-\u9fff])", "非常"),
)


def obeys(wishes: Wishes, reply: str) -> bool:
    """Whether a reply is as it was asked for."""
    if wishes.emoji is False and _EMOJI.search(reply):
        return False
    if wishes.language and language_of([reply]) != wishes.language:
        return False
    if wishes.tone == "formal" and (_CASUAL.search(reply) or _CONTRACTED.search(reply.replace("’", "'"))):
        return False
    return all(_count(reply, unit) <= most for unit, most in _limits(wishes, reply))


def apply(wishes: Wishes, reply: str) -> str:
    """Return the reply as near to the wishes as cutting and rewording bring it; a language takes another reply."""
    if wishes.emoji is False:
        reply = re.sub(
            r"\s+(?=[.,!?])|\s{2,}", lambda gap: " " if len(gap[0]) > 1 else "", _EMOJI.sub("", reply)
        ).strip()
    if wishes.tone == "formal":
        reply = _formal(reply)
    for unit, most in _limits(wishes, reply):
        reply = _cut(reply, most, lambda text, unit=unit: _count(text, unit))
    return reply


def _limits(wishes: Wishes, reply: str) -> list[tuple[str, int]]:
    """Return what a reply may hold at most, by unit."""
    limits: list[tuple[str, int]] = []
    if wishes.most is not None:
        limits.append((wishes.unit, wishes.most))
    elif wishes.length == "short":
        chinese = language_of([reply]) == "zh"
        limits.append(("characters", SHORT_CHARACTERS) if chinese else ("words", SHORT_WORDS))
    return limits


def _count(text: str, unit: str) -> int:
    """Count words (a Chinese sign is one), characters that are no punctuation, or sentences."""
    if unit == "sentences":
        return len([part for part in _SENTENCE_END.split(text) if part.strip()])
    if unit == "characters":
        return len(re.findall(r"\w", text))
    words = re.sub(r"[\u3400-\u9fff]", " ", text).split()
    return sum(bool(re.search(r"\w", word)) for word in words) + len(_HAN.findall(text))


def _cut(reply: str, most: int, count: Callable[[str], int]) -> str:
    """Keep whole sentences, else whole clauses, else words from the beginning, as many as are allowed."""
    if count(reply) <= most:
        return reply
    for pattern in (_SENTENCE_END, _CLAUSE_END):
        parts = [part for part in pattern.split(reply) if part and part.strip()]
        for kept in range(len(parts) - 1, 0, -1):
            text = _beginning(reply, parts[:kept])
            if 0 < count(text) <= most:
                return _closed(text)
    pieces = re.findall(r"[\u3400-\u9fff]\W*|[^\s\u3400-\u9fff]+\s*", reply)
    while pieces and count("".join(pieces)) > most:
        pieces.pop()
    cut = "".join(pieces).strip()
    shorter = _LOOSE_END.sub("", cut)
    return _closed(shorter if count(shorter) else cut)


def _beginning(reply: str, parts: list[str]) -> str:
    """Return a reply up to and with the last of its first parts."""
    end = 0
    for part in parts:
        end = reply.index(part, end) + len(part)
    return reply[:end].strip()


def _closed(text: str) -> str:
    """End a text that was cut with a full stop of its language."""
    text = text.rstrip(" ,;:，；：、-–—")
    if not text or re.search(r"[.!?。！？…]$", text) or not re.search(r"\w", text):
        return text
    return text + ("。" if _HAN.search(text) else ".")


def _formal(reply: str) -> str:
    """Write contractions out and replace what is slang."""
    text = reply.replace("’", "'")
    for pattern, formal in _EXPANDED:
        text = re.sub(pattern, formal, text, flags=re.IGNORECASE)
    text = re.sub(r"\bi\b", "I", text.strip())
    return text[:1].upper() + text[1:]
