"""The kind of a message: a logistic head over the ear's vector and a few cues, fitted once and kept in a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from brain.errors import CheckpointError
from brain.fallback.cues import cues_of
from brain.fallback.sections import sections_of
from brain.logistic import fit_logistic
from brain.text.language import LANGUAGES, Language
from brain.training.folders import replaced_folder
from brain.training.json_file import read_object
from brain.training.manifest import verify_manifest, write_manifest

Read = Callable[[Sequence[str]], np.ndarray]
"""Texts to unit vectors float32 [N, 192]."""

_CONFIG, _WEIGHTS = "config.json", "head.safetensors"
_VECTOR = 192
_PENALTY = 0.0001
_STEPS = 200


class KindHead:
    """Tells kinds of messages apart. `weights` holds "<language>.weight" [K, D + C] and "<language>.bias" [K]."""

    def __init__(self, kinds: Sequence[str], weights: dict[str, np.ndarray], read: Read) -> None:
        self.kinds = tuple(kinds)
        self._weights = weights
        self._read = read

    def scores(self, text: str, language: Language) -> dict[str, float]:
        """Return the probability of every kind, most likely first."""
        features = _features([text], language, self._read)[0]
        logits = self._weights[f"{language}.weight"] @ features + self._weights[f"{language}.bias"]
        chances = np.exp(logits - logits.max())
        chances /= chances.sum()
        return {self.kinds[place]: float(chances[place]) for place in np.argsort(-chances, kind="stable")}


def fit(folder: Path, read: Read) -> None:
    """Fit a head to the examples in `words/`, as `read` hears them, and write it: a complete folder, or nothing."""
    kinds = list(sections_of("examples.en.txt"))
    tensors: dict[str, np.ndarray] = {}
    for language in LANGUAGES:
        examples = sections_of(f"examples.{language}.txt")
        texts = [text for kind in kinds for text in examples[kind]]
        labels = [place for place, kind in enumerate(kinds) for _ in examples[kind]]
        head = fit_logistic(_features(texts, language, read), np.array(labels), len(kinds), _PENALTY, _STEPS)
        tensors |= {f"{language}.weight": head.weights, f"{language}.bias": head.bias}
    with replaced_folder(folder) as draft:
        (draft / _CONFIG).write_text(json.dumps({"kinds": kinds}, indent=2) + "\n", "utf-8")
        save_file(tensors, draft / _WEIGHTS)
        write_manifest(draft)


def load_head(folder: Path, read: Read) -> KindHead:
    """Verify and load a head. Raises CheckpointError if it is damaged or was made for other kinds or cues."""
    verify_manifest(folder)
    try:
        config: dict[str, Any] = read_object(folder / _CONFIG)
        kinds: list[str] = config["kinds"]
        weights = load_file(folder / _WEIGHTS)
        fits = kinds == list(sections_of("examples.en.txt")) and all(
            weights[f"{language}.weight"].shape == (len(kinds), _VECTOR + cues_of("", language).size)
            and weights[f"{language}.bias"].shape == (len(kinds),)
            for language in LANGUAGES
        )
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise CheckpointError(f"the fallback in {folder} can't be read: {error}") from None
    if not fits:
        raise CheckpointError(f"the fallback in {folder} was fitted to other kinds or cues: fit it again")
    return KindHead(kinds, weights, read)


def _features(texts: Sequence[str], language: Language, read: Read) -> np.ndarray:
    """Return vectors and cues side by side, float32 [N, D + C]."""
    return np.hstack([read(texts), np.stack([cues_of(text, language) for text in texts])])
