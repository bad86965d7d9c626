"""The form of a message: it asks, requests or tells. The form rules out kinds, whatever the head would say."""

from __future__ import annotations

import re
from typing import Literal

from brain.text.language import Language

Form = Literal["asks", "requests", "tells"]

_BEFORE = r"^(?:(?:hey|hi|ok|okay|so|um|uh|well|and|but|please|pls|honestly|quick question|dear familiar)\b[ ,:.!]*)*"
_ASKS = {
    "en": re.compile(
        rf"{_BEFORE}(?:what|which|who|whose|where|when|why|how|is|are|am|do|does|did|can|could|should|would|will|has|have"
        r"|was|were|any|explain|spell|define|describe|teach me)(?:'?s|'?re)?\b"
        r"|\?|\b(?:why|what now|what do i do|what should i(?: \w+)?|how come|how)[.! ]*$"
        r"|(?:^|[,.;] )(?:is|did|am|are|was) (?:it|i|that|this)\b"
        r"|\b(?:word|synonym) for\b|\bwhat'?s (?:the|a)\b|\bwhat do i\b|\bhow do i\b|\bor not[.! ]*$|\bor what[.! ]*$"
    ),
    "zh": re.compile(
        r"[?\uff1f]|[吗呢]\s*[。!~]*$|吗[,,(]|为什么|为啥|怎么(?!都|也|了)|咋|什么(?![都也的])|啥(?![都也的])|多少|哪(?![怕都])"
        r"|几[号点天岁个斤年]|多久|要不要|能不能|会不会|是不是"
        r"|该不该|好不好|还是.{1,8}[呀啊]|有没有|谁(?![都也])|如何|等于|是几|还能.{1,4}$|你站"
    ),
}
_REQUESTS = {
    "en": re.compile(
        rf"{_BEFORE}(?:(?:can|could|would|will) (?:yo)?u (?:please )?(?!be\b|see\b|hear\b|do\b|feel\b|remember\b)"
        r"|(?:help me|give me|tell me|write|draft|compose|make|name|suggest|recommend|pick|find|hit me|set|remind"
        r"|send|play|order|book|call|turn|translate|convert|entertain|distract|pretend|sing|roast"
        r"|quiz|let'?s|show me|surprise|talk to|add|split|round|flip)\b"
        r"|(?:i )?(?:need|want) (?:an?|some|the|ideas?|something|name|new)\b"
        r".{0,20}\b(?:name|synonym|word|excuse|idea|text|message|speech|toast|read|watch)\b)"
        r"|\b(?:distract|entertain) me\b|^(?:i )?(?:need|have) (?:to give|to write|help with)\b|\bknow any\b"
    ),
    "zh": re.compile(
        r"^(?:请|麻烦|那|来,?)*(?:帮我|给我|帮忙|来[个一首段句点]|推荐|编|写|教我|讲|出个|起个|想个|说个|翻译|提醒|叫我|放|订|陪我)"
        r"|[帮给]我(?:想|起|写|出|讲|推荐|选|取|编|改|说)"
    ),
}
_NOT_ASKED = frozenset(
    [
        "good_news",
        "bad_news",
        "complaint",
        "annoyance",
        "plan",
        "story",
        "tell",
        "thanks",
        "bye",
        "unclear",
        "gibberish",
        "request",
        "tale",
    ]
)
_NOT_REQUESTED = _NOT_ASKED - {"request", "tale"} | frozenset(["worry", "low", "body", "grief", "regret", "about_bot"])
_NOT_TOLD = frozenset(
    [
        "fact",
        "sums",
        "live",
        "opinion",
        "about_bot",
        "how_to",
        "advice",
        "joke",
        "tale",
        "write",
        "chore",
        "recommend",
        "request",
        "follow_up",
    ]
)
_RULED_OUT: dict[Form, frozenset[str]] = {"asks": _NOT_ASKED, "requests": _NOT_REQUESTED, "tells": _NOT_TOLD}


def form_of(message: str, language: Language) -> Form:
    """Return the form of a message; a request outweighs a question ("can you write ...?")."""
    lowered = message.lower().replace("\u2019", "'").strip()
    if _REQUESTS[language].search(lowered):
        return "requests"
    return "asks" if _ASKS[language].search(lowered) else "tells"


def can_be(kind: str, form: Form) -> bool:
    """Whether a message of this form may be of that kind."""
    return kind not in _RULED_OUT[form]
