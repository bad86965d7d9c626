"""Byte-level byte-pair encoding (Sennrich et al. 2016; bytes as in Radford et al. 2019, §2.2): no text is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

from brain.errors import CheckpointError

PAD, BOS, EOS = 0, 1, 2
_SPECIAL = ["<pad>", "<bos>", "<eos>"]


class Tokenizer:
    """Text to token ids and back. Ids 0, 1 and 2 are padding, begin and end; they never stand for text."""

    def __init__(self, inner: tokenizers.Tokenizer) -> None:
        self._inner = inner
        inner.encode_special_tokens = True  # somebody who types "<eos>" has typed five characters, not an end

    @classmethod
    def train(cls, texts: Iterable[str], vocab_size: int) -> Tokenizer:
        """Learn merges from cleaned texts. The vocabulary is at most `vocab_size`, special tokens included."""
        inner = tokenizers.Tokenizer(models.BPE())
        inner.normalizer = normalizers.NFC()
        inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        inner.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=vocab_size,
            special_tokens=_SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            min_frequency=2,
            show_progress=False,
        )
        inner.train_from_iterator(texts, trainer)
        return cls(inner)

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        """Read tokenizer.json. Raises CheckpointError when it is missing or malformed."""
        try:
            return cls(tokenizers.Tokenizer.from_str(path.read_text("utf-8")))
        except Exception as error:  # the library raises bare Exception for a malformed file
            raise CheckpointError(f"{path} is not a tokenizer: {error}") from None

    def save(self, path: Path) -> None:
        """Write tokenizer.json."""
        path.write_text(self.to_json(), "utf-8")

    def to_json(self) -> str:
        """Return the content of tokenizer.json."""
        return self._inner.to_str()

    @property
    def vocab_size(self) -> int:
        """Number of ids, special tokens included."""
        return self._inner.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        """Return the ids of cleaned text, without begin and end."""
        return self._inner.encode(text, add_special_tokens=False).ids

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text; faster than one by one."""
        return [encoding.ids for encoding in self._inner.encode_batch_fast(list(texts), add_special_tokens=False)]

    def decode(self, ids: Sequence[int]) -> str:
        """Return the text of ids; special tokens are left out, and so is a character whose bytes are incomplete."""
        return self._inner.decode(list(ids), skip_special_tokens=True).replace("\ufffd", "").strip()
