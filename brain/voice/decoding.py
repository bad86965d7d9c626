"""Decoding: from sources to words. Greedy, sampling (top-p), or beam search, each with repetition control."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from torch import Tensor

from brain.checked import Range, check_values
from brain.text.tokenizer import BOS, EOS, PAD
from brain.voice.decoder import DecoderState
from brain.voice.seq2seq import Fused, Seq2Seq

_LARGEST_NUCLEUS = 128
"""Tokens considered at most when sampling; sorting the whole vocabulary took a fifth of a reply."""

KeepGoing = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to draw replies. `count` is the number of replies drawn, or the width of the beam."""

    method: Literal["greedy", "sampling", "beam"] = "sampling"
    count: Annotated[int, Range(1, 1 << 10)] = 1
    temperature: Annotated[float, Range(1e-3, 1e3)] = 0.7
    top_p: Annotated[float, Range(1e-3, 1)] = 0.9
    """Sample from the fewest tokens that hold this much probability (Holtzman et al. 2020, §3.1)."""
    blocked_ngram: Annotated[int, Range(2, 1 << 12)] = 3
    """No sequence of so many tokens is written twice in a reply (Paulus et al. 2018, §2.5)."""
    max_length: Annotated[int, Range(1, 1 << 12)] = 64
    length_penalty: Annotated[float, Range(0, 10)] = 0.7
    """α of beam search's length normalisation (Wu et al. 2016, §7)."""

    def __post_init__(self) -> None:
        check_values(self, "decoding.")


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A reply: ids without begin and end, and the log probability of all of them, with the end where it was written.

    A reply that was cut, by its length or because it was told to stop, has none.
    """

    ids: tuple[int, ...]
    log_prob: float


@torch.inference_mode()
def decode(
    model: Seq2Seq,
    fused: Fused,
    decoding: Decoding,
    generator: torch.Generator | None = None,
    keep_going: KeepGoing | None = None,
) -> list[Hypothesis]:
    """Write replies to one set of sources (fused with B = 1), best first.

    `keep_going` is asked at every step; when it says no, what is written so far is returned.
    """
    if decoding.method == "beam":
        return _beam(model, fused, decoding, keep_going)
    count = decoding.count if decoding.method == "sampling" else 1
    return _draw(model, fused.select(torch.zeros(count, dtype=torch.long)), decoding, generator, keep_going)


def _draw(
    model: Seq2Seq, fused: Fused, decoding: Decoding, generator: torch.Generator | None, keep_going: KeepGoing | None
) -> list[Hypothesis]:
    """Write B replies side by side, each token the likeliest or a sample."""
    count = fused.ids.shape[0]
    written: list[list[int]] = [[] for _ in range(count)]
    scores = torch.zeros(count)
    done = torch.zeros(count, dtype=torch.bool)
    tokens = torch.full((count, 1), BOS)
    state: DecoderState | None = None
    for _ in range(decoding.max_length):
        log_probs, state = _step(model, fused, tokens, state)
        log_probs = _only_allowed(log_probs, written, decoding.blocked_ngram)
        chosen = log_probs.argmax(-1) if decoding.method == "greedy" else _sample(log_probs, decoding, generator)
        chosen = chosen.masked_fill(done, EOS)
        scores += log_probs.gather(1, chosen[:, None]).squeeze(1).masked_fill(done, 0.0)
        done = done | (chosen == EOS)
        for row in (~done).nonzero().flatten().tolist():
            written[row].append(int(chosen[row]))
        if bool(done.all()) or (keep_going and not keep_going()):
            break
        tokens = chosen[:, None]
    hypotheses = [Hypothesis(tuple(ids), float(score)) for ids, score in zip(written, scores, strict=True)]
    return sorted(hypotheses, key=lambda item: item.log_prob / (len(item.ids) + 1), reverse=True)


def _step(model: Seq2Seq, fused: Fused, tokens: Tensor, state: DecoderState | None) -> tuple[Tensor, DecoderState]:
    """Read tokens [B, 1]; return log p of the next ones, [B, V] on the CPU, where they are chosen, and the state."""
    hidden, state = model.decode(tokens.to(model.device), fused, state)
    return model.log_probs(hidden, fused)[:, -1].cpu(), state


def _sample(log_probs: Tensor, decoding: Decoding, generator: torch.Generator | None) -> Tensor:
    """Draw one token a row from log_probs [B, V]; return [B]."""
    probs, order = torch.softmax(log_probs / decoding.temperature, -1).topk(min(_LARGEST_NUCLEUS, log_probs.shape[1]))
    outside = probs.cumsum(-1) - probs > decoding.top_p
    drawn = torch.multinomial(probs.masked_fill(outside, 0.0), 1, generator=generator)
    return order.gather(1, drawn).squeeze(1)


def _beam(model: Seq2Seq, fused: Fused, decoding: Decoding, keep_going: KeepGoing | None) -> list[Hypothesis]:
    """Keep the `count` likeliest beginnings at every step (Sutskever et al. 2014, §3.2)."""
    width = decoding.count
    beams: list[list[int]] = [[]]
    scores = torch.zeros(1)
    fused = fused.select(torch.zeros(1, dtype=torch.long))
    tokens = torch.full((1, 1), BOS)
    state: DecoderState | None = None
    finished: list[Hypothesis] = []
    for _ in range(decoding.max_length):
        log_probs, state = _step(model, fused, tokens, state)
        log_probs = _only_allowed(log_probs, beams, decoding.blocked_ngram)
        totals = (scores[:, None] + log_probs).flatten()
        best = totals.topk(min(2 * width, len(totals)))  # enough to fill the beam even if half of them end here
        going: list[tuple[int, int, float]] = []
        for total, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
            row, token = divmod(place, log_probs.shape[1])
            if total == -math.inf:
                break
            if token == EOS:
                finished.append(Hypothesis(tuple(beams[row]), total))
            elif len(going) < width:
                going.append((row, token, total))
        if len(finished) >= width:
            break
        rows = torch.tensor([row for row, _, _ in going])
        beams = [[*beams[row], token] for row, token, _ in going]
        scores = torch.tensor([total for _, _, total in going])
        tokens = torch.tensor([[token] for _, token, _ in going])
        if not going or (keep_going and not keep_going()):
            break
        state, fused = state.select(rows), fused.select(rows)
    if len(finished) < width:  # then those that were cut are as good as those that ended
        finished += [Hypothesis(tuple(ids), float(score)) for ids, score in zip(beams, scores, strict=True)]
    return sorted(finished, key=lambda item: _normalised(item, decoding.length_penalty), reverse=True)[:width]


def _normalised(hypothesis: Hypothesis, alpha: float) -> float:
    """Divide by ((5 + length) / 6)^α (Wu et al. 2016, eq. 14)."""
    return hypothesis.log_prob / ((5 + len(hypothesis.ids)) / 6) ** alpha


def _only_allowed(log_probs: Tensor, written: list[list[int]], size: int) -> Tensor:
    """Forbid padding, begin, an end before anything is said, and tokens that would complete an n-gram a second time.

    log_probs: [B, V].
    """
    log_probs = log_probs.clone()
    log_probs[:, [PAD, BOS]] = -torch.inf
    for row, ids in enumerate(written):
        if not ids:
            log_probs[row, EOS] = -torch.inf
        ending = ids[len(ids) - size + 1 :]
        for start in range(len(ids) - size + 1):
            if ids[start : start + size - 1] == ending:
                log_probs[row, ids[start + size - 1]] = -torch.inf
    return log_probs
