"""Batches: the only place that pads, masks and shifts targets.

A batch holds whole dialogues. Every line is read once, however many replies rest on it; lines and replies are cut into
chunks of similar length so that little of the work is padding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from brain.text.dialogues import Dialogue
from brain.text.sources import Exchange, FindExemplars, exchanges
from brain.text.tokenizer import BOS, EOS, PAD, Tokenizer

_CHUNK_TOKENS = 2048
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class EncodedReply:
    """A reply as ids, and the lines it rests on as (number of the line in its dialogue, kind)."""

    sources: tuple[tuple[int, int], ...]
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EncodedDialogue:
    """A dialogue as ids: its distinct lines, and the replies that rest on them."""

    lines: tuple[tuple[int, ...], ...]
    replies: tuple[EncodedReply, ...]

    @property
    def target_tokens(self) -> int:
        """Tokens that are predicted, ends included."""
        return sum(len(reply.ids) + 1 for reply in self.replies)


@dataclass(frozen=True, slots=True)
class Lines:
    """Source lines of similar length: tokens [N, S], lengths [N], mask [N, S] (True where there is a token)."""

    tokens: Tensor
    lengths: Tensor
    mask: Tensor

    def to(self, device: torch.device) -> Lines:
        """Return the lines on a device."""
        return Lines(self.tokens.to(device), self.lengths.to(device), self.mask.to(device))


@dataclass(frozen=True, slots=True)
class Sources:
    """What B replies rest on, as places in the row of all read tokens.

    index [B, M] of those places; ids [B, M] of the tokens there; kinds [B, M]; mask [B, M].
    """

    index: Tensor
    ids: Tensor
    kinds: Tensor
    mask: Tensor

    def to(self, device: torch.device) -> Sources:
        """Return the sources on a device."""
        return Sources(self.index.to(device), self.ids.to(device), self.kinds.to(device), self.mask.to(device))


@dataclass(frozen=True, slots=True)
class Targets:
    """Replies of similar length: inputs [B, T] begin with BOS, outputs [B, T] end with EOS, one step ahead."""

    sources: Sources
    inputs: Tensor
    outputs: Tensor

    def to(self, device: torch.device) -> Targets:
        """Return the targets on a device."""
        return Targets(self.sources.to(device), self.inputs.to(device), self.outputs.to(device))


@dataclass(frozen=True, slots=True)
class Batch:
    """Dialogues ready for the network."""

    lines: list[Lines]
    targets: list[Targets]
    target_tokens: int

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        lines = [item.to(device) for item in self.lines]
        return Batch(lines, [item.to(device) for item in self.targets], self.target_tokens)


def encode_dialogue(
    dialogue: Dialogue,
    speakers: Sequence[str],
    tokenizer: Tokenizer,
    max_turns: int,
    max_length: int,
    find_exemplars: FindExemplars | None = None,
) -> EncodedDialogue:
    """Turn the replies of these speakers and what they rest on into ids; replies over max_length are left out."""
    items = list(exchanges(dialogue, speakers, max_turns, find_exemplars))
    return encode_exchanges(items, tokenizer, max_length, longest_reply=max_length - 1)


def encode_exchanges(
    items: Sequence[Exchange], tokenizer: Tokenizer, max_length: int, longest_reply: int
) -> EncodedDialogue:
    """Turn exchanges into ids. A source line over max_length keeps its end, where the question usually is.

    Replies over longest_reply are left out: cut ones would teach to stop in the middle.
    """
    numbers: dict[str, int] = {}
    for item in items:
        for line in item.sources:
            numbers.setdefault(line.text, len(numbers))
    lines = tuple(tuple(ids[-max_length:]) for ids in tokenizer.encode_all(list(numbers)))
    replies = (
        EncodedReply(tuple((numbers[line.text], line.kind) for line in item.sources), tuple(ids))
        for item, ids in zip(items, tokenizer.encode_all([item.reply for item in items]), strict=True)
    )
    return EncodedDialogue(lines, tuple(reply for reply in replies if 0 < len(reply.ids) <= longest_reply))


def collate(dialogues: Sequence[EncodedDialogue]) -> Batch:
    """Pad, mask, shift and chunk encoded dialogues into a Batch."""
    lines: list[tuple[int, ...]] = []
    replies: list[tuple[int, EncodedReply]] = []
    for dialogue in dialogues:
        replies += [(len(lines), reply) for reply in dialogue.replies]
        lines += dialogue.lines
    order = sorted(range(len(lines)), key=lambda number: len(lines[number]))
    flat = np.array([token for number in order for token in lines[number]], dtype=np.int64)
    starts = np.zeros(len(lines), dtype=np.int64)
    starts[order] = np.cumsum([0, *(len(lines[number]) for number in order)])[:-1]
    replies.sort(key=lambda item: len(item[1].ids))
    return Batch(
        [_pad_lines([lines[number] for number in chunk]) for chunk in _chunks(order, [len(lines[n]) for n in order])],
        [
            _pad_targets(chunk, lines, starts, flat)
            for chunk in _chunks(replies, [len(reply.ids) + 1 for _, reply in replies])
        ],
        sum(dialogue.target_tokens for dialogue in dialogues),
    )


def pad_sources(rows: Sequence[tuple[Sequence[int], Sequence[int], Sequence[int]]]) -> Sources:
    """Pad rows of (places, kinds, ids), all of one length a row, into Sources."""
    width = max(len(places) for places, _, _ in rows)
    index, kinds, ids = (np.zeros((len(rows), width), dtype=np.int64) for _ in range(3))
    mask = np.zeros((len(rows), width), dtype=bool)
    for row, (places, row_kinds, row_ids) in enumerate(rows):
        index[row, : len(places)], kinds[row, : len(places)], ids[row, : len(places)] = places, row_kinds, row_ids
        mask[row, : len(places)] = True
    return Sources(torch.from_numpy(index), torch.from_numpy(ids), torch.from_numpy(kinds), torch.from_numpy(mask))


def pad_ids(rows: Sequence[Sequence[int]]) -> Tensor:
    """Pad rows of ids with PAD on the right: [N, S] of int64."""
    padded = np.full((len(rows), max(map(len, rows))), PAD, dtype=np.int64)
    for row, ids in enumerate(rows):
        padded[row, : len(ids)] = ids
    return torch.from_numpy(padded)


def _pad_lines(lines: Sequence[Sequence[int]]) -> Lines:
    tokens = pad_ids(lines)
    lengths = torch.tensor([len(line) for line in lines])
    return Lines(tokens, lengths, torch.arange(tokens.shape[1]) < lengths[:, None])


def _pad_targets(
    replies: Sequence[tuple[int, EncodedReply]], lines: list[tuple[int, ...]], starts: np.ndarray, flat: np.ndarray
) -> Targets:
    rows: list[tuple[list[int], list[int], list[int]]] = []
    for first, reply in replies:
        places: list[int] = []
        kinds: list[int] = []
        for number, kind in reply.sources:
            start, length = int(starts[first + number]), len(lines[first + number])
            places += range(start, start + length)
            kinds += [kind] * length
        rows.append((places, kinds, flat[places].tolist()))
    inputs = pad_ids([(BOS, *reply.ids) for _, reply in replies])
    outputs = pad_ids([(*reply.ids, EOS) for _, reply in replies])
    return Targets(pad_sources(rows), inputs, outputs)


def _chunks(items: Sequence[_Item], lengths: Sequence[int]) -> Iterator[Sequence[_Item]]:
    """Cut items, sorted by length, where a padded chunk would outgrow its budget or mix lengths too far apart."""
    first = 0
    for end in range(1, len(items) + 1):
        full = end < len(items) and (
            lengths[end] * (end + 1 - first) > _CHUNK_TOKENS or lengths[end] > max(8, 1.5 * lengths[first])
        )
        if full or end == len(items):
            yield items[first:end]
            first = end
