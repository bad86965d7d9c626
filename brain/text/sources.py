"""What a reply rests on: source lines and their kinds, made the same way in training and in conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from brain.text.dialogues import Dialogue

STYLE, PERSONA, FACT = 0, 1, 2
LATEST = 3
"""Kind of the message that is being answered; older turns have higher kinds."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line that is read alone, and its kind: style, persona, fact, or a turn by speaker and age."""

    kind: int
    text: str


SILENCE = SourceLine(LATEST, "...")
"""Stands for the message where nothing was said."""

FindExemplars = Callable[[Sequence[str], str], Sequence[str]]
"""(turns up to the message, reply) → replies written to similar messages."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A reply and the lines it rests on."""

    sources: tuple[SourceLine, ...]
    reply: str


def turn_kind(age: int, own: bool, max_turns: int) -> int:
    """Return the kind of a turn `age` turns ago (1 is the latest), by the one who replies (`own`) or the other."""
    return LATEST + (age - 1) + (max_turns if own else 0)


def exemplar_kind(max_turns: int) -> int:
    """Return the kind of a reply that was written to a similar message."""
    return LATEST + 2 * max_turns


def num_kinds(max_turns: int) -> int:
    """How many kinds there are."""
    return exemplar_kind(max_turns) + 1


def source_lines(
    style: str,
    persona: Sequence[str],
    facts: Sequence[str],
    turns: Sequence[tuple[bool, str]],
    exemplars: Sequence[str],
    max_turns: int,
) -> tuple[SourceLine, ...]:
    """Return the lines a reply rests on, at least one. turns: (said by the one who replies, text), oldest first."""
    recent = list(reversed(turns[-max_turns:]))
    lines = [SourceLine(STYLE, style)] if style else []
    lines += [SourceLine(PERSONA, line) for line in persona]
    lines += [SourceLine(FACT, line) for line in facts]
    lines += [SourceLine(turn_kind(age, own, max_turns), text) for age, (own, text) in enumerate(recent, start=1)]
    lines += [SourceLine(exemplar_kind(max_turns), text) for text in exemplars]
    return tuple(line for line in lines if line.text) or (SILENCE,)


def exchanges(
    dialogue: Dialogue, speakers: Sequence[str], max_turns: int, find_exemplars: FindExemplars | None = None
) -> Iterator[Exchange]:
    """Yield each reply of these speakers with what it rests on. Exemplars are for a bot's replies only."""
    for index, turn in enumerate(dialogue.turns):
        if index and turn.speaker in speakers and turn.text:
            before = [(earlier.speaker == turn.speaker, earlier.text) for earlier in dialogue.turns[:index]]
            persona, facts = known_lines(dialogue, turn.speaker)
            exemplars: Sequence[str] = ()
            if find_exemplars and dialogue.with_bot:
                exemplars = find_exemplars([text for _, text in before], turn.text)
            yield Exchange(source_lines(dialogue.style, persona, facts, before, exemplars, max_turns), turn.text)


def known_lines(dialogue: Dialogue, speaker: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the persona of a speaker, and the facts known of the other: only a bot (speaker b) knows any."""
    facts = dialogue.persona["a"] if dialogue.with_bot and speaker == "b" else ()
    return dialogue.persona[speaker], facts
