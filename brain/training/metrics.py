"""What replies are measured by."""

from __future__ import annotations

import math
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from brain.text.words import words

_ARTICLES = {"a", "an", "the"}


def perplexity(loss: float) -> float:
    """Return e to a mean loss in nats; infinite where a float can't hold it."""
    return math.exp(loss) if loss < 700 else math.inf


def f1(reply: str, reference: str) -> float:
    """Unigram F1 of lower-cased words without punctuation and articles (ConvAI2, Dinan et al. 2019, §3.2)."""
    said, wanted = _bare(reply), _bare(reference)
    common = sum((Counter(said) & Counter(wanted)).values())
    return 2 * common / (len(said) + len(wanted)) if said and wanted else float(said == wanted)


def distinct(replies: Sequence[str], size: int) -> float:
    """Distinct n-grams over all n-grams of all replies, size 1 or 2 (Li et al. 2016, §5.1)."""
    grams: list[tuple[str, ...]] = []
    for reply in replies:
        tokens = words(reply.lower())
        grams += [(token,) for token in tokens] if size == 1 else list(pairwise(tokens))
    return len(set(grams)) / max(1, len(grams))


def bleu(replies: Sequence[str], references: Sequence[str]) -> float:
    """Corpus BLEU, 0 to 100 (Papineni et al. 2002), as sacrebleu computes it, over words as `words` splits them."""
    import sacrebleu  # slow to import, and only evaluation needs it

    spaced = [[" ".join(words(text)) for text in texts] for texts in (replies, references)]
    return sacrebleu.corpus_bleu(spaced[0], [spaced[1]], tokenize="none").score


def _bare(text: str) -> list[str]:
    return [word for word in words(text.lower()) if word not in _ARTICLES and not _is_punctuation(word[0])]


def _is_punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")
