"""Chinese words, by jieba's dictionary of 349,000 (Sun 2012)."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any


def chinese_words(run: str) -> list[str]:
    """Split a run of Chinese characters into words. The first call takes a second and 60 MiB."""
    return _splitter().lcut(run)


@cache
def _splitter() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba has escapes that newer Pythons warn of
        import jieba
    splitter = jieba.Tokenizer()
    # What its own `initialize` does, less a cache in the folder for temporary files, where anybody may put another one.
    splitter.FREQ, splitter.total = splitter.gen_pfdict(splitter.get_dict_file())
    splitter.initialized = True
    return splitter
