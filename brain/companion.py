"""Companion: the generator that ships. What is likely right speaks, and an honest word where nothing is.

In this order: a written answer to somebody in danger; what a person told of themselves and asks back; exact code for
sums, dates and units; of the memory's replies the one the judge is surest of; the voice's draft, where it is surer of
that; a fallback that takes up what was said. Wishes about how to be spoken to hold for all of it but the first.
"""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from brain.crisis.answers import answer as crisis_answer
from brain.crisis.detector import CrisisDetector
from brain.ear.sentence_encoder import SentenceEncoder
from brain.exact.answers import exact_answer
from brain.fallback.fallback import Fallback
from brain.judge.candidates import Judged, judge_draft, judge_matches, said
from brain.judge.evidence import Said
from brain.judge.judge import Judge
from brain.memory.ellipsis import stands_by_itself
from brain.memory.operator import OperatorMemory
from brain.memory.query import Match, Query
from brain.memory.response_memory import ResponseMemory
from brain.memory.rows import plain
from brain.persona.against import goes_against
from brain.persona.answering import answer as persona_answer
from brain.persona.lines import to_source
from brain.persona.obeying import apply
from brain.persona.observing import Turn, observe
from brain.persona.state import PersonaState
from brain.reply import GeneratedReply, ReplyRequest, SpokenTurn
from brain.reply_generator import NativeGenerator, reveal
from brain.starter import CRISIS, EAR, FALLBACK, JUDGE, MEMORY
from brain.text.cleaning import clean
from brain.text.language import language_of

SURE_AT_FIRST, SURE_LATER = 0.3, 0.12
"""A reply of the memory must be likelier right than the fallback, which readers took for right 30 times in 100 where a
talk began, and 3 times where it went on."""
SURE_OF_DRAFT = 0.6
"""The voice may stumble over words, which the judge doesn't see."""
WORTH_A_DRAFT = 0.1
"""Where the nearest row is less likely right than this, the voice has nothing to go by, and is not asked."""
_LOOKED_AT = 24
_NAME = re.compile(r"^[^>\n]{1,32}> ")
"""Where several people speak, each turn begins with a name."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a companion is made of, beside its voice. `own` are the operator's questions and answers, if any."""

    ear: SentenceEncoder
    memory: ResponseMemory
    judge: Judge
    fallback: Fallback
    crisis: CrisisDetector
    own: OperatorMemory | None = None

    @classmethod
    def load(cls, own: Path | None = None) -> Parts:
        """Load what ships, and the operator's memory from a folder. Raises CheckpointError."""
        ear = SentenceEncoder.load(EAR)
        return cls(
            ear,
            ResponseMemory.load(MEMORY, ear.row_vectors),
            Judge.load(JUDGE),
            Fallback.load(FALLBACK, ear.row_vectors),
            CrisisDetector.load(CRISIS, ear.row_vectors),
            OperatorMemory(own, ear.row_vectors) if own else None,
        )


class Companion:
    """Chooses what is said. Safe to call from several threads; the voice takes one call at a time."""

    def __init__(
        self, parts: Parts, voice: NativeGenerator, clock: Clock = datetime.now, help_line: str | None = None
    ) -> None:
        self._parts = parts
        self._help_line = help_line
        self._voice = voice
        self._clock = clock
        self._random = random.Random()
        self._lock = threading.Lock()

    @classmethod
    def load(cls, folder: Path, threads: int = 1, own: Path | None = None, help_line: str = "") -> Companion:
        """Load the voice of a checkpoint folder and all else that ships. Raises CheckpointError."""
        parts = Parts.load(own)
        return cls(parts, NativeGenerator.load(folder, threads, parts.memory), help_line=help_line or None)

    def seed(self, value: int) -> None:
        """Make what is drawn from now on repeatable."""
        self._random.seed(value)
        self._voice.seed(value)

    def reply(self, request: ReplyRequest, on_text: Callable[[str], bool] | None = None) -> GeneratedReply:
        """Answer the last turn. `on_text` gets the empty text while it is being chosen, then the reply word by word."""
        if on_text:
            on_text("")
        turns = tuple(_NAME.sub("", clean(turn.text)) for turn in request.turns)
        own = tuple(turn for turn, spoken in zip(turns, request.turns, strict=True) if spoken.speaker == "bot")
        reply = self._in_crisis(turns, own) or self._in_earnest(request, turns, own, on_text)
        if on_text:
            reveal(reply.text, on_text)
        return reply

    def _in_crisis(self, turns: tuple[str, ...], own: tuple[str, ...]) -> GeneratedReply | None:
        sign = self._parts.crisis.detect(turns)
        if sign is None:
            return None
        text = crisis_answer(sign, turns, own, self._help_line)
        return GeneratedReply(text, {"crisis": sign.confidence}, f"crisis:{sign.kind}")

    def _in_earnest(
        self,
        request: ReplyRequest,
        turns: tuple[str, ...],
        own: tuple[str, ...],
        on_text: Callable[[str], bool] | None,
    ) -> GeneratedReply:
        before, known = self._known(request.turns)
        asks = known.facts == before.facts  # who has just told something wants more than to hear it again
        reply = (
            (self._told(turns[-1], known) if asks else None)
            or self._exact(turns[-1])
            or self._found(request, known, turns, own, on_text)
            or self._fallback(turns, own)
        )
        return replace(reply, text=apply(known.wishes, reply.text) or reply.text)

    def _known(self, spoken: Sequence[SpokenTurn]) -> tuple[PersonaState, PersonaState]:
        """Return what the person who spoke last had said of themselves before, and what they have by now."""
        speaker, today = _name_of(spoken[-1].text), self._clock().date()
        before = state = PersonaState()
        for turn in spoken:
            if turn.speaker == "user" and _name_of(turn.text) == speaker:
                before, state = state, observe(state, Turn(_NAME.sub("", clean(turn.text)), today))
        return before, state

    def _told(self, message: str, known: PersonaState) -> GeneratedReply | None:
        told = persona_answer(known, message)
        return GeneratedReply(told, {"right": 1.0}, "persona") if told else None

    def _exact(self, message: str) -> GeneratedReply | None:
        now = self._clock()
        if exact := exact_answer(message, now.date(), now):
            return GeneratedReply(exact, {"right": 1.0}, "exact")
        return None

    def _found(
        self,
        request: ReplyRequest,
        known: PersonaState,
        turns: tuple[str, ...],
        own: tuple[str, ...],
        on_text: Callable[[str], bool] | None,
    ) -> GeneratedReply | None:
        """Answer from the memories or with the voice, where one of them is likely right."""
        here = said(self._parts.ear, turns)
        query = self._query(request, known, here, own)
        if self._parts.own and (taught := self._parts.own.answer(query)):
            return GeneratedReply(taught.row.reply, _scores(taught, 1.0), f"memory:{taught.row.id}")
        judged, enough = self._search(here, query, known), SURE_LATER if query.has_history else SURE_AT_FIRST
        if query.has_history and stands_by_itself(turns[-1]):  # perhaps a new matter: as where a talk begins
            alone = said(self._parts.ear, turns[-1:])
            anew = self._search(alone, self._query(request, known, alone, own), known)
            if anew and anew[0].right >= max(SURE_AT_FIRST, judged[0].right if judged else 0):
                judged = anew
        if judged and judged[0].right >= enough:
            return _reply(judged[0], f"memory:{judged[0].match.row.id}")
        if not judged or judged[0].right < WORTH_A_DRAFT:
            return None
        draft = self._voice.reply(request, (lambda _: on_text("")) if on_text else None)
        parts = self._parts
        drafted = judge_draft(parts.judge, here, parts.memory, parts.ear, draft.text, judged[0].match)
        return _reply(drafted, "voice") if draft.text and drafted.right >= SURE_OF_DRAFT else None

    def _query(self, request: ReplyRequest, known: PersonaState, here: Said, own: tuple[str, ...]) -> Query:
        return Query(
            here.turns,
            own,
            plain(tuple(map(clean, request.persona))),
            (*map(clean, request.facts), *to_source(known)),
            lang=language_of(here.turns),
            message_vector=here.message,
            context_vector=here.context,
        )

    def _search(self, here: Said, query: Query, known: PersonaState) -> list[Judged]:
        """Return what the memory finds that goes against nothing known, the reply most surely right first."""
        memory = self._parts.memory
        judged = judge_matches(self._parts.judge, here, memory, memory.search(query, _LOOKED_AT))
        return [item for item in judged if goes_against(known, item.text) is None]

    def _fallback(self, turns: tuple[str, ...], own: tuple[str, ...]) -> GeneratedReply:
        with self._lock:
            seed = self._random.getrandbits(32)
        return GeneratedReply(self._parts.fallback.reply(turns, own, seed).text, {}, "fallback")


def _name_of(text: str) -> str:
    """Return who speaks, where turns begin with names; nothing elsewhere."""
    return found[0] if (found := _NAME.match(clean(text))) else ""


def _reply(judged: Judged, origin: str) -> GeneratedReply:
    return GeneratedReply(judged.text, _scores(judged.match, judged.right), origin)


def _scores(match: Match, right: float) -> dict[str, float]:
    return {
        "right": right,
        "meaning": match.meaning,
        "context": match.context,
        "characters": match.characters,
        "stands_alone": match.row.stands_alone,
    }
