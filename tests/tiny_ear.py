"""An ear that is sound and tiny, and was never taught: it hears letters, not meaning."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

_folder = TemporaryDirectory(prefix="familiar-", ignore_cleanup_errors=True)


@cache
def tiny_ear() -> Path:
    """The folder of its checkpoint, written once a test run."""
    import torch

    from brain.ear.checkpoint import Ear, save_ear
    from brain.ear.config import EarConfig
    from brain.ear.network import EarNetwork
    from brain.ear.wordpieces import SPECIAL, WordPieces
    from brain.memory.vectors import DIM

    letters = [letter for plain in "abcdefghijklmnopqrstuvwxyz0123456789!?,." for letter in (plain, f"##{plain}")]
    pieces = WordPieces.build([*SPECIAL, *letters], ["你", "们", "几", "点", "开", "门"], max_length=32)
    config = EarConfig(pieces.vocab_size, DIM, num_layers=1, num_heads=4, feedforward_size=32, max_length=32)
    torch.default_generator.manual_seed(1)
    save_ear(Path(_folder.name) / "ear", Ear(EarNetwork(config).eval(), pieces), {}, "# tiny\n\nFor tests.\n")
    return Path(_folder.name) / "ear"
