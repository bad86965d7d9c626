"""Candidates: replies that might be said, each with what the judge thinks of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from brain.ear.sentence_encoder import SentenceEncoder, shortened
from brain.judge.evidence import Candidate, Said
from brain.judge.judge import Judge
from brain.memory.leaning import Answer
from brain.memory.query import Match
from brain.memory.response_memory import ResponseMemory
from brain.memory.rows import CONTEXT_TURNS
from brain.memory.stands_alone import StandsAlone


@dataclass(frozen=True, slots=True)
class Judged:
    """A reply, how surely it is right, and the row that it is or leans on."""

    text: str
    right: float
    match: Match


def said(ear: SentenceEncoder, turns: tuple[str, ...]) -> Said:
    """Read what a reply is wanted to: the message, and the message after the turns before it."""
    message, context = turns[-1], "\n".join(turns[-1 - CONTEXT_TURNS :])
    vectors = np.stack([ear.read(message).vector, ear.read(context).vector])
    message_vector, context_vector = shortened(vectors, ear.row_size)
    return Said(turns, message_vector, context_vector)


def judge_matches(judge: Judge, here: Said, memory: ResponseMemory, matches: Sequence[Match]) -> list[Judged]:
    """Have the replies that were found judged, the surest first."""
    return _judged(judge, here, as_candidates(memory, matches), matches)


def as_candidates(memory: ResponseMemory, matches: Sequence[Match]) -> list[Candidate]:
    """Return the replies that were found as the judge reads them."""
    if not matches:
        return []
    _, replies = memory.vectors([match.place for match in matches])
    return [
        Candidate(
            text=match.row.reply,
            answered=match.row.message,
            opener=not match.row.context,
            stands_alone=match.row.stands_alone,
            closeness=match.score,
            meaning=match.meaning,
            context_likeness=match.context,
            characters=match.characters,
            reply=reply.astype(np.float32) / 127,
        )
        for match, reply in zip(matches, replies, strict=True)
    ]


def judge_draft(
    judge: Judge, here: Said, memory: ResponseMemory, ear: SentenceEncoder, draft: str, nearest: Match
) -> Judged:
    """Have a draft of the voice judged by the row that lay nearest."""
    context = here.turns[-1 - CONTEXT_TURNS : -1]
    [row] = as_candidates(memory, [nearest])
    candidate = replace(
        row,
        text=draft,
        stands_alone=StandsAlone.shipped().probability(Answer(here.turns[-1], context, draft)),
        reply=ear.row_vectors([draft])[0],
    )
    return _judged(judge, here, [candidate], [nearest])[0]


def _judged(judge: Judge, here: Said, candidates: Sequence[Candidate], matches: Sequence[Match]) -> list[Judged]:
    sure = judge.judge(here, candidates)
    judged = [
        Judged(candidate.text, float(right), match)
        for candidate, right, match in zip(candidates, sure, matches, strict=True)
    ]
    return sorted(judged, key=lambda item: -item.right)
