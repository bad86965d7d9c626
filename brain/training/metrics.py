"""What replies are measured by."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from brain.text.words import words

_ARTICLES = {"a", "an", "the"}


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
    """Corpus BLEU, 0 to 100 (Papineni et al. 2002), as sacrebleu computes it."""
    import sacrebleu  # slow to import, and only evaluation needs it

    return sacrebleu.corpus_bleu(list(replies), [list(references)]).score


def _bare(text: str) -> list[str]:
    return [word for word in words(text.lower()) if word not in _ARTICLES and word[0] not in string.punctuation]
