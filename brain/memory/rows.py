"""Rows of the memory: one exchange each, and how exchanges of the corpus become rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass

from brain.memory.leaning import Answer
from brain.memory.stands_alone import StandsAlone
from brain.memory.words import is_chinese
from brain.text.dialogues import PLAIN_PERSONAS, Dialogue

CONTEXT_TURNS = 2


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """An exchange. `context` has up to two turns before the message, oldest first; none at the start of a talk.

    `persona` are the bot's lines (none for plain Familiar), `facts` what it knew of the person. `source` is "corpus",
    "operator", "server:ID" or "person:ID". `stands_alone` says how surely the reply is right for anybody (0 to 1).
    """

    message: str
    context: tuple[str, ...]
    reply: str
    persona: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    style: str = ""
    lang: str = ""
    source: str = "corpus"
    stands_alone: float = 1.0

    def __post_init__(self) -> None:
        if len(self.context) > CONTEXT_TURNS:
            raise ValueError(f"a row has at most {CONTEXT_TURNS} turns of context, not {len(self.context)}")

    @property
    def id(self) -> str:
        """What names this content, in 32 hexadecimal digits."""
        content = json.dumps(astuple(self)[:-1], ensure_ascii=True)
        return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def rows_of(dialogues: Iterable[Dialogue], stands_alone: StandsAlone) -> Iterator[MemoryRow]:
    """Yield every exchange in which a bot answers a person, both of them with words."""
    for dialogue in dialogues:
        if dialogue.with_bot:
            yield from _rows_of_talk(dialogue, stands_alone)


def plain(persona: tuple[str, ...]) -> tuple[str, ...]:
    """Return the lines of a persona; those that only say that it is Familiar are none."""
    return () if persona in PLAIN_PERSONAS else persona


def _rows_of_talk(dialogue: Dialogue, stands_alone: StandsAlone) -> Iterator[MemoryRow]:
    texts = tuple(turn.text for turn in dialogue.turns)
    persona, facts = plain(dialogue.persona["b"]), dialogue.persona["a"]
    lang = "zh" if is_chinese(*texts) else "en"
    for place in range(1, len(texts)):
        message, reply = texts[place - 1 : place + 1]
        if dialogue.turns[place].speaker == "b" and message and reply:
            first = max(0, place - 1 - CONTEXT_TURNS)
            answer = Answer(message, texts[first : place - 1], reply, persona, facts, texts[:first])
            sure = round(stands_alone.probability(answer), 3)
            yield MemoryRow(message, answer.context, reply, persona, facts, dialogue.style, lang, "corpus", sure)
