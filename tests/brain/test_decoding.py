"""Decoding obeys its options, and beam search finds what trying everything finds."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
import torch

from brain.errors import ConfigError
from brain.text.batches import Batch, Lines, Sources, Targets
from brain.text.sources import LATEST
from brain.text.tokenizer import BOS, EOS, PAD
from brain.voice.decoding import Decoding, Hypothesis, decode
from brain.voice.seq2seq import Fused, Seq2Seq

TOKENS = (3, 4, 5)


@pytest.fixture
def toy(tiny: Seq2Seq) -> Seq2Seq:
    """A network that knows three tokens, with strong opinions."""
    model = Seq2Seq(dataclasses.replace(tiny.config, vocab_size=6)).eval()
    with torch.no_grad():
        model.embedding.weight.mul_(6)
        model.output_bias.copy_(torch.randn(6))
    return model


@pytest.fixture
def fused(toy: Seq2Seq) -> Fused:
    ids = torch.tensor([[3, 5, 4]])
    return toy.fuse(toy.encode(ids, torch.tensor([3]))[0], _sources(ids))


def _sources(ids: torch.Tensor) -> Sources:
    return Sources(torch.arange(3)[None], ids, torch.full_like(ids, LATEST), torch.ones_like(ids, dtype=torch.bool))


def _log_prob(toy: Seq2Seq, fused: Fused, ids: tuple[int, ...], ends: bool) -> float:
    """Teacher-forced, with the begin and padding that decoding forbids left in: it forbids them, not renormalises."""
    outputs = torch.tensor([[*ids, EOS] if ends else list(ids)])
    hidden, _ = toy.decode(torch.tensor([[BOS, *outputs[0, :-1].tolist()]]), fused)
    return toy.log_probs(hidden, fused).gather(2, outputs.unsqueeze(-1)).sum().item()


def test_a_wide_beam_finds_what_trying_everything_finds(toy: Seq2Seq, fused: Fused) -> None:
    found = decode(toy, fused, Decoding("beam", count=60, max_length=3, length_penalty=0.0, blocked_ngram=4))
    every = [(ids, size < 3) for size in (1, 2, 3) for ids in itertools.product(TOKENS, repeat=size)]
    wanted = sorted(((_log_prob(toy, fused, *item), item[0]) for item in every), reverse=True)
    assert [item.ids for item in found] == [ids for _, ids in wanted]
    assert [item.log_prob for item in found] == pytest.approx([score for score, _ in wanted], abs=1e-3)


def test_a_narrow_beam_scores_each_reply_as_the_network_does(toy: Seq2Seq, fused: Fused) -> None:
    for item in decode(toy, fused, Decoding("beam", count=3, max_length=8, blocked_ngram=9)):
        expected = [_log_prob(toy, fused, item.ids, ends) for ends in (True, False)]
        assert any(item.log_prob == pytest.approx(score, abs=1e-3) for score in expected)


@pytest.mark.parametrize("alpha", [0.0, 3.0])
def test_the_length_penalty_ranks_the_beam(toy: Seq2Seq, fused: Fused, alpha: float) -> None:
    with torch.no_grad():
        toy.embedding.weight.mul_(0.01)  # nearly every token as likely: short replies are the likeliest
    found = decode(toy, fused, Decoding("beam", count=40, max_length=4, length_penalty=alpha))
    ranks = [item.log_prob / ((5 + len(item.ids)) / 6) ** alpha for item in found]
    assert ranks == sorted(ranks, reverse=True)
    if alpha:
        by_likelihood = [item.log_prob for item in found]
        assert by_likelihood != sorted(by_likelihood, reverse=True)


def test_a_beam_stops_when_told(toy: Seq2Seq, fused: Fused) -> None:
    steps = iter([True, False])
    done = decode(toy, fused, Decoding("beam", count=40, max_length=9), keep_going=lambda: next(steps))
    assert max(len(item.ids) for item in done) == 2


def _draw(toy: Seq2Seq, fused: Fused, **options: float) -> list[Hypothesis]:
    decoding = Decoding(count=16, max_length=5, blocked_ngram=9, **options)  # pyright: ignore[reportArgumentType]
    return decode(toy, fused, decoding, torch.Generator().manual_seed(0))


@pytest.mark.parametrize("options", [{"top_p": 0.001}, {"temperature": 0.001, "top_p": 1.0}])
def test_the_smallest_nucleus_and_the_lowest_temperature_are_greedy(
    toy: Seq2Seq, fused: Fused, options: dict[str, float]
) -> None:
    greedy = decode(toy, fused, Decoding("greedy", max_length=5, blocked_ngram=9))
    assert {item.ids for item in _draw(toy, fused, **options)} == {greedy[0].ids}


def test_more_temperature_and_a_larger_nucleus_draw_more_different_replies(toy: Seq2Seq, fused: Fused) -> None:
    def different(**options: float) -> int:
        return len({item.ids for item in _draw(toy, fused, **options)})

    assert different(temperature=0.5, top_p=1.0) < different(temperature=100.0, top_p=1.0)
    assert different(temperature=100.0, top_p=0.001) < different(temperature=100.0, top_p=1.0)


@pytest.mark.parametrize("method", ["greedy", "sampling", "beam"])
def test_no_reply_is_empty(toy: Seq2Seq, fused: Fused, method: str) -> None:
    with torch.no_grad():
        toy.output_bias[EOS] = 50.0
    options = Decoding(method, count=4, max_length=6)  # pyright: ignore[reportArgumentType]
    found = decode(toy, fused, options, torch.Generator().manual_seed(0))
    assert min(len(item.ids) for item in found) == 1


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"count": 0}, "count"),
        ({"temperature": 0.0}, "temperature"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.5}, "top_p"),
        ({"blocked_ngram": 1}, "blocked_ngram"),
        ({"method": "best"}, "method is 'best': use one of greedy"),
    ],
)
def test_options_that_make_no_sense_are_named(values: dict[str, object], name: str) -> None:
    with pytest.raises(ConfigError, match=f"decoding.{name}"):
        Decoding(**values)  # pyright: ignore[reportArgumentType]


def test_the_loss_in_bfloat16_is_close_to_that_in_float32(tiny: Seq2Seq) -> None:
    tokens = torch.randint(3, 300, (1, 12))
    lines = Lines(tokens, torch.tensor([12]), torch.ones_like(tokens, dtype=torch.bool))
    index = torch.arange(12)[None]
    sources = Sources(index, tokens, torch.full_like(tokens, LATEST), lines.mask)
    inputs, outputs = torch.tensor([[BOS, 9, 8, PAD]]), torch.tensor([[9, 8, EOS, PAD]])
    batch = Batch([lines], [Targets(sources, inputs, outputs)], 3)
    exact = tiny(batch)
    exact.backward()
    wanted = tiny.bridge.weight.grad
    tiny.zero_grad()
    with torch.autocast("cpu", torch.bfloat16):
        reduced = tiny(batch)
    reduced.backward()
    assert reduced.dtype == torch.float32
    assert reduced.item() == pytest.approx(exact.item(), rel=0.02)
    assert wanted is not None
    assert tiny.bridge.weight.grad is not None
    assert torch.nn.functional.cosine_similarity(tiny.bridge.weight.grad.flatten(), wanted.flatten(), dim=0) > 0.99
