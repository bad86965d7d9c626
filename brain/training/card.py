"""The model card: what a checkpoint is, what it was made from, and what it is good for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brain.training.settings import RunSettings
from brain.voice.seq2seq import Seq2Seq


def write_card(model: Seq2Seq, settings: RunSettings, metrics: Mapping[str, Any]) -> str:
    """Return the card as Markdown."""
    config = model.config
    size = sum(parameter.numel() for parameter in model.parameters())
    schedule = settings.schedule
    files = "\n".join(f"- {file.path.parent.name}/{file.path.name}, weight {file.weight:g}" for file in settings.train)
    results = "\n".join(f"- {name}: {value:.4g}" for name, value in metrics.items())
    return f"""# Model card

A sequence-to-sequence network with attention that answers in conversation.

- Encoder: {config.encoder_layers} layers, {config.encoder}
- Decoder: {config.decoder_layers} layers, {config.decoder}
- Attention over the sources: {config.attention}{", with copying" if config.copies else ""}
- {size / 1e6:.1f} million parameters, vocabulary of {config.vocab_size}, width {config.embedding_dim}
- Trained for up to {schedule.steps} steps of about {schedule.batch_tokens} target tokens\
{f", from the weights of {settings.start_from.name}" if settings.start_from else ""}

## Data

{files}

{settings.notes}

## Results

{results}
"""
