"""The card of an ear: what it is, what it was trained on, what it reaches."""

from __future__ import annotations

from collections.abc import Mapping

from brain.ear.checkpoint import Ear
from brain.ear.training.settings import EarRun


def write_card(ear: Ear, run: EarRun, metrics: Mapping[str, float]) -> str:
    """Return the card as Markdown."""
    config = ear.network.config
    sources = "\n".join(
        f"- `{source.path.parent.name}` ({source.kind}{f', {source.lang}' if source.lang else ''}), weight "
        f"{source.weight:g}"
        for source in run.sources
    )
    figures = "\n".join(f"- {name}: {value:.4g}" for name, value in metrics.items())
    return f"""# An ear of Familiar

A sentence encoder: {config.num_layers} layers of width {config.hidden_size}, {config.vocab_size:,} word pieces, \
Chinese words and emoji. It reads up to {config.max_length} tokens and gives token states and one unit vector of \
{config.hidden_size} numbers, the first {config.row_size} of which are a shorter vector of the same meaning.
Weights are int8.

It began as all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0; distilled from BERT as in Wang et al. 2020).

## Training

{run.steps} steps of {run.batch_size} pairs: in-batch negatives at temperature {run.temperature:g}, on the whole \
vectors and on the short ones; seed {run.seed}. Drawn from:

{sources}
{run.notes.rstrip()}

## Figures

{figures}
"""
