"""A memory on disk: texts as gzipped JSON, numbers and vectors as safetensors, and the manifest that signs them.

`rows.json.gz` is one object of columns: it is read ten times as fast as a line for each row.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from brain.errors import CheckpointError
from brain.memory.packing import Packed, pack, unpack
from brain.memory.table import SHARED, Column, RowTable
from brain.memory.vectors import DIM, RowVectors, Vectors
from brain.training.checkpoint import read_tensors, save_tensors
from brain.training.folders import replaced_folder
from brain.training.manifest import verify_manifest, write_manifest

_ROWS, _VECTORS = "rows.json.gz", "vectors"
_LARGEST_TEXT = 1 << 30
_CHUNK_ROWS = 1 << 16
"""Rows whose vectors are one tensor: packed, a little less than a piece of a checkpoint holds."""
_KINDS = ("messages", "contexts", "replies")
_NUMBERS = ("stands_alone", "elliptical", "neutral")


def save_rows(folder: Path, table: RowTable, vectors: RowVectors) -> None:
    """Write a memory, or nothing. The same rows give the same bytes."""
    with replaced_folder(folder) as draft:
        content = json.dumps(_texts_of(table), ensure_ascii=False).encode("utf-8", "surrogatepass")
        (draft / _ROWS).write_bytes(gzip.compress(content, mtime=0))
        save_tensors(draft, _VECTORS, {name: torch.from_numpy(array) for name, array in _arrays_of(table, vectors)})
        write_manifest(draft)


def load_rows(folder: Path) -> tuple[RowTable, RowVectors]:
    """Verify and read a memory. Raises CheckpointError that names the file at fault."""
    verify_manifest(folder)
    texts = _read_texts(folder)
    tensors = read_tensors(folder, _VECTORS)
    try:
        table = _table(texts, tensors)
        return table, _vectors(tensors, table)
    except KeyError as error:
        raise CheckpointError(f"the memory in {folder} is incomplete: it lacks {error.args[0]}") from None
    except (TypeError, ValueError, IndexError) as error:
        raise CheckpointError(f"the memory in {folder} has {_ROWS} and {_VECTORS} that do not fit: {error}") from None


def _texts_of(table: RowTable) -> dict[str, Sequence[Any]]:
    return {
        "messages": table.messages,
        "before": [turns[-1] if turns else None for turns in table.contexts],
        "earlier": [turns[-2] if len(turns) > 1 else None for turns in table.contexts],
        "replies": table.replies,
        **{name: getattr(table, name).values for name in SHARED},
    }


def _arrays_of(table: RowTable, vectors: RowVectors) -> Iterator[tuple[str, NDArray[Any]]]:
    for name in SHARED:
        yield name, getattr(table, name).numbers
    for name in _NUMBERS:
        yield name, getattr(table, name)
    yield "with_context", vectors.with_context
    for kind in _KINDS:
        array: Vectors = getattr(vectors, kind)
        for number, first in enumerate(range(0, len(array), _CHUNK_ROWS)):
            packed = pack(array[first : first + _CHUNK_ROWS])
            for part in Packed.__slots__:
                yield f"{kind}.{number:03}.{part}", getattr(packed, part)


def _read_texts(folder: Path) -> dict[str, Any]:
    try:
        with gzip.open(folder / _ROWS) as file:
            content = file.read(_LARGEST_TEXT)
        texts = json.loads(content.decode("utf-8", "surrogatepass"))
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise CheckpointError(f"the memory in {folder} has an unusable {_ROWS}: {error}") from None
    if not isinstance(texts, dict):
        raise CheckpointError(f"the memory in {folder} has an unusable {_ROWS}: not a JSON object")
    return texts  # pyright: ignore[reportUnknownVariableType]


def _table(texts: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> RowTable:
    messages, replies = _strings(texts["messages"]), _strings(texts["replies"])
    before, earlier = _strings(texts["before"], optional=True), _strings(texts["earlier"], optional=True)
    contexts = tuple(
        () if last is None else (last,) if first is None else (first, last)
        for first, last in zip(earlier, before, strict=True)
    )
    size = len(messages)
    numbers = {name: _array(tensors, name, size) for name in (*SHARED, *_NUMBERS)}
    if not len(contexts) == len(replies) == size:
        raise ValueError("columns of different lengths")
    columns = {name: _column(name, texts[name], numbers[name]) for name in SHARED}
    return RowTable(
        messages=messages,
        contexts=contexts,
        replies=replies,
        **columns,
        stands_alone=numbers["stands_alone"].astype(np.float64),
        elliptical=numbers["elliptical"].astype(bool),
        neutral=numbers["neutral"].astype(bool),
        present=np.ones(size, dtype=bool),
    )


def _strings(items: Any, optional: bool = False) -> tuple[Any, ...]:
    allowed = {str, type(None)} if optional else {str}
    if not isinstance(items, list) or not allowed.issuperset(map(type, items)):
        raise TypeError("a column is not a list of texts")
    return tuple(items)


def _column(name: str, values: Any, numbers: NDArray[Any]) -> Column[Any]:
    shared = tuple(map(_strings, values)) if name in ("persona", "facts") else _strings(values)
    if len(numbers) and not 0 <= int(numbers.min()) <= int(numbers.max()) < len(shared):
        raise ValueError(f"{name} has numbers beyond its values")
    return Column(shared, numbers.astype(np.int32))


def _array(tensors: Mapping[str, Tensor], name: str, size: int) -> NDArray[Any]:
    array = tensors[name].numpy()
    if array.shape != (size,):
        raise ValueError(f"{name} is of shape {array.shape}, not {(size,)}")
    return array


def _vectors(tensors: Mapping[str, Tensor], table: RowTable) -> RowVectors:
    messages, contexts, replies = (_unpacked(tensors, kind) for kind in _KINDS)
    with_context = np.array([place for place, turns in enumerate(table.contexts) if turns], dtype=np.int64)
    if not np.array_equal(with_context, tensors["with_context"].numpy()):
        raise ValueError("with_context is not where the contexts are")
    if (len(messages), len(contexts), len(replies)) != (len(table), len(with_context), len(table)):
        raise ValueError("a vector is missing or too many")
    return RowVectors(messages, contexts, replies, with_context)


def _unpacked(tensors: Mapping[str, Tensor], kind: str) -> Vectors:
    chunks = sorted(
        name.removesuffix(".bits") for name in tensors if name.startswith(f"{kind}.") and name.endswith(".bits")
    )
    parts = [Packed(*(tensors[f"{chunk}.{part}"].numpy() for part in Packed.__slots__)) for chunk in chunks]
    return np.concatenate([np.zeros((0, DIM), dtype=np.int8), *(unpack(part, DIM) for part in parts)])
