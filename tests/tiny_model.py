"""A model that is sound and tiny, and speaks nonsense: for what takes a real one, whatever it says."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

_folder = TemporaryDirectory(prefix="familiar-", ignore_cleanup_errors=True)


@cache
def tiny_model() -> Path:
    """The folder of its checkpoint, written once a test run."""
    from brain.text.tokenizer import Tokenizer
    from brain.training.checkpoint import Checkpoint, save_checkpoint
    from brain.voice.config import ModelConfig
    from brain.voice.seq2seq import Seq2Seq

    folder = Path(_folder.name) / "tiny"
    tokenizer = Tokenizer.train(["hello there", "how are you"], 270)
    config = ModelConfig(tokenizer.vocab_size, embedding_dim=16, feedforward_dim=16, num_heads=2, max_length=8)
    save_checkpoint(folder, Checkpoint(Seq2Seq(config), tokenizer), {}, "# tiny\n\nFor tests.\n")
    return folder
