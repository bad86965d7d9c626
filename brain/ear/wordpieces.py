"""WordPieces: text to the ids an ear reads (Wu et al. 2016, §4.1), with whole Chinese words and emoji among them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tokenizers
from tokenizers import AddedToken, Regex, models, normalizers, pre_tokenizers

from brain.errors import CheckpointError

PAD, UNKNOWN, BEGIN, SEPARATOR, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"
SPECIAL = (PAD, UNKNOWN, BEGIN, SEPARATOR, MASK)
_CHINESE = "[\u3040-\u30ff\u3400-\u9fff]"


class WordPieces:
    """Splits cleaned text. The lines of a text with several (turns of a talk, oldest first) are kept apart."""

    def __init__(self, inner: tokenizers.Tokenizer, max_length: int) -> None:
        self._inner = inner
        self._max_length = max_length
        inner.encode_special_tokens = True  # somebody who types "[SEP]" has typed five characters
        numbers = inner.get_vocab()
        self.padding, self._begin, self._separator = numbers[PAD], numbers[BEGIN], numbers[SEPARATOR]

    @classmethod
    def build(cls, pieces: Sequence[str], whole: Sequence[str], max_length: int) -> WordPieces:
        """Build from word pieces (the special ones first) and from words and signs that are never split."""
        inner = tokenizers.Tokenizer(models.WordPiece(_numbered(pieces), unk_token=UNKNOWN))
        inner.normalizer = normalizers.BertNormalizer(handle_chinese_chars=False)
        alone = pre_tokenizers.Split(Regex(_CHINESE), "isolated")
        inner.pre_tokenizer = pre_tokenizers.Sequence([alone, pre_tokenizers.BertPreTokenizer()])
        inner.add_special_tokens(list(SPECIAL))
        inner.add_tokens([AddedToken(word, normalized=True) for word in whole])
        return cls(inner, max_length)

    @classmethod
    def load(cls, path: Path, max_length: int) -> WordPieces:
        """Read tokenizer.json. Raises CheckpointError when it is missing or malformed."""
        try:
            return cls(tokenizers.Tokenizer.from_str(path.read_text("utf-8")), max_length)
        except Exception as error:  # the library raises bare Exception for a malformed file
            raise CheckpointError(f"{path} is not the tokenizer of an ear: {error}") from None

    def save(self, path: Path) -> None:
        """Write tokenizer.json."""
        path.write_text(self._inner.to_str(), "utf-8")

    @property
    def vocab_size(self) -> int:
        """Number of ids."""
        return self._inner.get_vocab_size()

    def vocabulary(self) -> dict[str, int]:
        """Return the id of every piece."""
        return self._inner.get_vocab()

    def pieces_of(self, text: str) -> list[str]:
        """Return what one line is split into."""
        return self._inner.encode(text, add_special_tokens=False).tokens

    def encode_all(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text: begin, then each line with a separator after it; of a long one its end."""
        lines = [text.split("\n") for text in texts]
        flat = [line for item in lines for line in item]
        found = iter(self._inner.encode_batch_fast(flat, add_special_tokens=False))
        return [self._frame([next(found).ids for _ in item]) for item in lines]

    def _frame(self, lines: list[list[int]]) -> list[int]:
        ids = [number for line in lines for number in (*line, self._separator)]
        return [self._begin, *ids[-(self._max_length - 1) :]]


def _numbered(pieces: Sequence[str]) -> dict[str, int]:
    return {piece: number for number, piece in enumerate(pieces)}
