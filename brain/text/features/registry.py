"""All features by name, so that a saved folder says which it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from brain.errors import CheckpointError
from brain.text.features.averages import AveragedWordVectors, ReadWords
from brain.text.features.interface import Features
from brain.text.features.stored import Stored
from brain.text.features.terms import BagOfWords, TermFeatures, TfidfCharacters, TfidfWords

TERM_FEATURES: Mapping[str, type[TermFeatures]] = {
    kind.name: kind for kind in (BagOfWords, TfidfWords, TfidfCharacters)
}
NAMES = (*TERM_FEATURES, AveragedWordVectors.name)


def load_features(folder: Path, read: ReadWords | None = None) -> Features:
    """Load whatever features a folder holds; `read` is for averaged word vectors. Raises CheckpointError."""
    name = Stored.read(folder).name
    if name == AveragedWordVectors.name:
        if read is None:
            raise CheckpointError(f"the features in {folder} are averaged word vectors: they need the ear to load")
        return AveragedWordVectors.load(folder, read)
    if name not in TERM_FEATURES:
        raise CheckpointError(f"the features in {folder} are {name!r}: this version knows {', '.join(NAMES)}")
    return TERM_FEATURES[name].load(folder)
