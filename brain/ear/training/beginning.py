"""Where an ear begins: all-MiniLM-L6-v2 with a vocabulary of what chat uses, Chinese and emoji added.

A Chinese word begins as the mean of the English words of its gloss, an emoji as that of its Unicode name: read so, a
Chinese sentence is a rough word-by-word translation, which the network already understands in part.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from brain.ear.checkpoint import Ear
from brain.ear.config import EarConfig
from brain.ear.network import EarNetwork
from brain.ear.wordpieces import SPECIAL, WordPieces
from brain.errors import ConfigError, DataError
from brain.training.json_file import read_object

_GLOSSES = Path(__file__).parent / "glosses.zh.tsv"
_EMOJI = ((0x2600, 0x27C0), (0x1F300, 0x1F650), (0x1F680, 0x1F700), (0x1F900, 0x1FB00))
_LAYER = {
    "attention.output.dense": "attended",
    "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "widen",
    "output.dense": "narrow",
    "output.LayerNorm": "feedforward_norm",
}


def teacher(folder: Path) -> Ear:
    """Read a BERT such as all-MiniLM-L6-v2 as it is: model.safetensors, config.json and vocab.txt. Raises DataError."""
    vocabulary = _read_lines(folder / "vocab.txt")
    try:
        config = _config(read_object(folder / "config.json"), len(vocabulary))
        network = EarNetwork(config)
        network.load_state_dict(_renamed(load_file(folder / "model.safetensors"), config))
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError, ConfigError) as error:
        raise DataError(f"{folder} does not hold all-MiniLM-L6-v2: {error}") from None
    return Ear(network.eval(), WordPieces.build(vocabulary, [], config.max_length))


def beginning(origin: Ear, texts: Iterable[str], num_pieces: int) -> Ear:
    """Keep the `num_pieces` word pieces that texts use most, and the single letters; add Chinese and emoji."""
    vocabulary = origin.pieces.vocabulary()
    used = Counter(piece for text in texts for piece in origin.pieces.pieces_of(text))
    kept = [*SPECIAL, *sorted(piece for piece in vocabulary if len(piece.removeprefix("##")) == 1)]
    known = set(kept)
    kept += [piece for piece, _ in used.most_common(num_pieces) if piece not in known]
    meanings = {word: gloss for word, gloss in {**_glosses(), **_emoji()}.items() if word not in set(kept)}
    pieces = WordPieces.build(kept, list(meanings), origin.network.config.max_length)
    config = replace(origin.network.config, vocab_size=pieces.vocab_size)
    network = EarNetwork(config)
    weights = dict(origin.network.state_dict())
    weights["words.weight"] = _embeddings(origin, weights["words.weight"], pieces, meanings)
    network.load_state_dict(weights)
    return Ear(network, pieces)


def _embeddings(origin: Ear, old: Tensor, pieces: WordPieces, meanings: Mapping[str, str]) -> Tensor:
    vocabulary = origin.pieces.vocabulary()
    new = torch.empty(pieces.vocab_size, old.shape[1])
    for piece, number in pieces.vocabulary().items():
        parts = origin.pieces.pieces_of(meanings[piece]) if piece in meanings else [piece]
        new[number] = old[[vocabulary[part] for part in parts]].mean(0)
    return new


def _config(published: Mapping[str, Any], vocab_size: int) -> EarConfig:
    return EarConfig(
        vocab_size=vocab_size,
        hidden_size=published["hidden_size"],
        num_layers=published["num_hidden_layers"],
        num_heads=published["num_attention_heads"],
        feedforward_size=published["intermediate_size"],
        row_size=published["hidden_size"] // 2,
    )


def _renamed(found: Mapping[str, Tensor], config: EarConfig) -> dict[str, Tensor]:
    """Give the published names ours; query, key and value become one."""
    weights = {
        "words.weight": found["embeddings.word_embeddings.weight"],
        # There is one kind of text here: what marks it is the same everywhere, and joins the positions.
        "positions.weight": found["embeddings.position_embeddings.weight"][: config.max_length]
        + found["embeddings.token_type_embeddings.weight"][0],
    }
    for kind in ("weight", "bias"):
        weights[f"norm.{kind}"] = found[f"embeddings.LayerNorm.{kind}"]
        for number in range(config.num_layers):
            old, new = f"encoder.layer.{number}", f"layers.{number}"
            parts = [found[f"{old}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            weights[f"{new}.query_key_value.{kind}"] = torch.cat(parts)
            weights |= {f"{new}.{ours}.{kind}": found[f"{old}.{theirs}.{kind}"] for theirs, ours in _LAYER.items()}
    return weights


def _glosses() -> dict[str, str]:
    pairs = (line.split("\t") for line in _read_lines(_GLOSSES))
    return {pair[0]: pair[1] for pair in pairs}


def _emoji() -> dict[str, str]:
    signs = (chr(code) for start, end in _EMOJI for code in range(start, end))
    return {sign: name.lower().replace("-", " ") for sign in signs if (name := unicodedata.name(sign, ""))}


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"can't read {path}: {error}") from None
