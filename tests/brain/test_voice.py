"""The network: attention is masked, state travels with the request, decoding obeys its options."""

from __future__ import annotations

import dataclasses

import pytest
import torch
import torch.nn.functional as F

from brain.errors import ConfigError
from brain.text.batches import Batch, collate, encode_exchanges
from brain.text.sources import PERSONA, Exchange, SourceLine, source_lines, turn_kind
from brain.text.tokenizer import BOS, EOS, PAD, Tokenizer
from brain.voice.attention import build_attention
from brain.voice.config import AttentionKind, Mixing, ModelConfig
from brain.voice.decoding import Decoding, decode
from brain.voice.mixers import build_reader, build_writer
from brain.voice.output_loss import output_log_probs
from brain.voice.seq2seq import Fused, Seq2Seq

KINDS: tuple[AttentionKind, ...] = ("additive", "multiplicative", "multi-head")
MIXERS: tuple[Mixing, ...] = ("lstm", "gru", "self-attention")


def _batch(tokenizer: Tokenizer, *pairs: tuple[str, str]) -> Batch:
    exchanges = [Exchange(source_lines("", ("i am a",), (), [(False, said)], (), 3), reply) for said, reply in pairs]
    return collate([encode_exchanges(exchanges, tokenizer, 24, 24)])


def _fused(model: Seq2Seq, tokenizer: Tokenizer, said: str = "abc de") -> Fused:
    batch = _batch(tokenizer, (said, "a"))
    return model.fuse(model.encode_batch(batch), batch.targets[0].sources)


@pytest.mark.parametrize("kind", KINDS)
def test_attention_never_looks_at_padding(kind: AttentionKind) -> None:
    attention = build_attention(kind, 8, 2)
    query, states = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    mask = torch.tensor([[True] * 3 + [False] * 2, [True] * 5])
    before = attention(query, attention.project(states, mask))
    states[0, 3:] = 1e6
    after = attention(query, attention.project(states, mask))
    assert torch.equal(before, after)
    assert before.shape == (2, 3, 8)


@pytest.mark.parametrize("kind", MIXERS)
def test_a_reader_gives_the_same_states_with_and_without_padding(kind: Mixing) -> None:
    reader = build_reader(kind, 8, 2)
    x = torch.randn(1, 4, 8)
    padded = torch.cat([x, torch.full((1, 3, 8), 9.0)], dim=1)
    assert torch.allclose(reader(x, torch.tensor([4])), reader(padded, torch.tensor([4]))[:, :4], atol=1e-6)


@pytest.mark.parametrize("kind", MIXERS)
def test_writing_step_by_step_equals_writing_at_once(kind: Mixing) -> None:
    writer = build_writer(kind, 8, 2)
    x = torch.randn(2, 5, 8)
    at_once, _ = writer(x, None)
    state, steps = None, []
    for position in range(5):
        y, state = writer(x[:, position : position + 1], state)
        steps.append(y)
    assert torch.allclose(at_once, torch.cat(steps, dim=1), atol=1e-6)


def test_a_reply_scores_the_same_alone_and_in_a_padded_batch(tiny: Seq2Seq, tokenizer: Tokenizer) -> None:
    pairs = [("a", "b c d e f"), ("h g f e d c b a", "a"), ("b c", "e e")]
    together = tiny(_batch(tokenizer, *pairs)).item()
    alone = sum(tiny(_batch(tokenizer, pair)).item() for pair in pairs)
    assert together == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("copies", [True, False])
def test_training_and_decoding_agree_on_what_a_reply_is_worth(
    tiny: Seq2Seq, tokenizer: Tokenizer, copies: bool
) -> None:
    model = Seq2Seq(dataclasses.replace(tiny.config, copies=copies)).eval()
    batch = _batch(tokenizer, ("a b", "b a"))
    targets = batch.targets[0]
    states = model.encode_batch(batch)
    fused = model.fuse(states, targets.sources)
    hidden, _ = model.decode(targets.inputs, fused)
    stepwise = model.log_probs(hidden, fused).gather(2, targets.outputs.unsqueeze(-1)).squeeze(-1)
    assert torch.allclose(stepwise, model.score(targets, states), atol=1e-4)
    assert torch.allclose(model.log_probs(hidden, fused).exp().sum(-1), torch.ones(1), atol=1e-4)


def test_the_lean_output_loss_equals_plain_cross_entropy_in_value_and_gradient() -> None:
    hidden, weight, bias = (torch.randn(*size, requires_grad=True) for size in ((6, 8), (11, 8), (11,)))
    targets = torch.randint(11, (6,))
    lean = output_log_probs(hidden, weight, bias, targets)
    lean_gradients = torch.autograd.grad(lean.square().sum(), (hidden, weight, bias))
    plain = -F.cross_entropy(F.linear(hidden, weight, bias), targets, reduction="none")
    plain_gradients = torch.autograd.grad(plain.square().sum(), (hidden, weight, bias))
    assert torch.allclose(lean, plain, atol=1e-5)
    for one, other in zip(lean_gradients, plain_gradients, strict=True):
        assert torch.allclose(one, other, atol=1e-4)


def test_in_reduced_precision_the_output_loss_is_that_of_its_logits() -> None:
    hidden, weight, bias = torch.randn(64, 32), torch.randn(500, 32) * 0.5, torch.randn(500) + 30
    targets = torch.randint(500, (64,))
    with torch.autocast("cpu", torch.bfloat16):
        lean = output_log_probs(hidden, weight, bias, targets)
        logits = F.linear(hidden, weight, bias)
    exact = torch.log_softmax(logits.float(), -1).gather(1, targets[:, None]).squeeze(1)
    assert logits.dtype == torch.bfloat16
    assert torch.allclose(lean, exact, atol=0.01)


def test_two_conversations_can_share_a_network(tiny: Seq2Seq, tokenizer: Tokenizer) -> None:
    first, second = _fused(tiny, tokenizer, "a b"), _fused(tiny, tokenizer, "h g")
    start = torch.tensor([[BOS]])
    alone, _ = tiny.decode(start, first)
    tiny.decode(start, second)
    again, _ = tiny.decode(start, first)
    assert torch.equal(alone, again)


def test_persona_and_age_of_a_line_change_what_is_said(tiny: Seq2Seq, tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("a b")

    def hidden(kind: int) -> torch.Tensor:
        line = (SourceLine(kind, "a b"), SourceLine(turn_kind(1, False, 3), "c"))
        batch = collate([encode_exchanges([Exchange(line, "a")], tokenizer, 24, 24)])
        fused = tiny.fuse(tiny.encode_batch(batch), batch.targets[0].sources)
        return tiny.decode(torch.tensor([[BOS]]), fused)[0]

    assert ids
    assert not torch.allclose(hidden(PERSONA), hidden(turn_kind(3, True, 3)))


def test_batches_shift_targets_and_keep_padding_apart(tokenizer: Tokenizer) -> None:
    batch = _batch(tokenizer, ("a", "b c"), ("a", "d"))
    targets = batch.targets[0]
    assert targets.inputs[:, 0].eq(BOS).all()
    assert torch.equal(targets.inputs[1, 1:], targets.outputs[1, :-1])
    assert (targets.outputs == EOS).sum() == 2
    assert targets.outputs[0].tolist()[:3] == [*tokenizer.encode("d"), EOS]
    assert (targets.outputs[0, 3:] == PAD).all()
    assert batch.target_tokens == int((targets.outputs != PAD).sum())


@pytest.mark.parametrize("method", ["greedy", "sampling", "beam"])
def test_no_ngram_is_written_twice_and_length_is_capped(tiny: Seq2Seq, tokenizer: Tokenizer, method: str) -> None:
    options = Decoding(method=method, count=3, blocked_ngram=2, max_length=20)  # pyright: ignore[reportArgumentType]
    for hypothesis in decode(tiny, _fused(tiny, tokenizer), options, torch.Generator().manual_seed(1)):
        pairs = list(zip(hypothesis.ids, hypothesis.ids[1:], strict=False))
        assert len(pairs) == len(set(pairs))
        assert len(hypothesis.ids) <= 20
        assert not {PAD, BOS, EOS} & set(hypothesis.ids)


def test_sampling_is_repeatable_by_seed_and_greedy_always(tiny: Seq2Seq, tokenizer: Tokenizer) -> None:
    fused = _fused(tiny, tokenizer)
    sampling = Decoding(count=4, max_length=10)
    one, other = (decode(tiny, fused, sampling, torch.Generator().manual_seed(7)) for _ in range(2))
    assert one == other
    assert len(set(one)) > 1
    greedy = Decoding(method="greedy", max_length=10)
    assert decode(tiny, fused, greedy) == decode(tiny, fused, greedy)


def test_decoding_stops_when_told(tiny: Seq2Seq, tokenizer: Tokenizer) -> None:
    steps = iter([True, True, False])
    done = decode(tiny, _fused(tiny, tokenizer), Decoding(max_length=50), keep_going=lambda: next(steps))
    assert len(done[0].ids) <= 3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"vocab_size": 9, "encoder": "cnn"}, "encoder is 'cnn'"),
        ({"vocab_size": 9, "depth": 3}, "unknown model setting 'depth'"),
        ({"embedding_dim": 8}, "'vocab_size' is missing"),
        ({"vocab_size": 9, "embedding_dim": 7}, "divisible"),
    ],
)
def test_a_model_config_names_what_is_wrong(values: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ModelConfig.from_dict(values)
