"""Counting: how many pets or relatives of a kind there are, as far as was told."""

from __future__ import annotations

from brain.persona.fact import SELF
from brain.persona.kinds import parts_of
from brain.persona.state import PersonaState


def count_of(state: PersonaState, relation: str, key: str, owner: str = SELF) -> int | None:
    """Return how many there are at least; 0 only where the person said so, None where nothing was told."""
    keys = {fact.key for fact in state.find(relation, owner=owner)} - {"pet"} if key == "pet" else parts_of(key)
    own = _told(state, relation, key, owner)
    parts = [count for part in keys if (count := count_of(state, relation, part, owner)) is not None]
    below = sum(parts)
    if own is None:
        return below if below or (parts and len(parts) == len(keys) and key != "pet") else None
    return max(own, below)


def _told(state: PersonaState, relation: str, key: str, owner: str) -> int | None:
    """Return the count of one kind alone: the number said, or how many were named, whichever is more."""
    facts = [fact for fact in state.find(relation, key, owner) if fact.key == key]
    mentioned = relation == "kin" and owner == SELF and any(fact.owner == key for fact in state.facts)
    if not facts:
        return 1 if mentioned else None
    named = len({fact.value for fact in facts if fact.value})
    said = max((fact.count for fact in facts if fact.count is not None), default=0 if named else 1)
    return max(said, named)
