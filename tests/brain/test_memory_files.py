"""A memory on disk: it comes back the same, and what is damaged is refused by name."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from brain.errors import CheckpointError
from brain.memory.packing import pack, unpack
from brain.memory.query import Query
from brain.memory.response_memory import ResponseMemory
from brain.memory.rows import MemoryRow
from brain.training.manifest import write_manifest
from tests.brain.reading import read

ROWS = (
    MemoryRow(
        "i can't sleep", (), "Read something dull.", (), ("is tired",), "short casual plain", "en", "corpus", 0.97
    ),
    MemoryRow("and you?", ("hi", "hey\nyou"), "I am a pirate, yes.", ("I am a pirate.",), (), "", "en", "operator"),
    MemoryRow("还有呢", ("你好\ud800",), "没了。", lang="zh", source="person:7"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ResponseMemory.of(ROWS, read).save(tmp_path / "memory")
    return tmp_path / "memory"


def _no_reading(texts: Sequence[str]) -> np.ndarray:
    raise AssertionError(f"read at start: {texts}")


def test_a_memory_survives_the_disk_and_nothing_is_read_anew(folder: Path) -> None:
    query = Query(("i can't sleep",), message_vector=read(["i can't sleep"])[0])
    loaded = ResponseMemory.load(folder, _no_reading)
    assert list(loaded.rows()) == list(ROWS)
    assert loaded.search(query, 3) == ResponseMemory.of(ROWS, read).search(query, 3)
    assert all(map(np.array_equal, loaded.vectors([0, 2]), ResponseMemory.of(ROWS, read).vectors([0, 2])))


def test_the_same_rows_give_the_same_bytes_and_removed_ones_leave_no_trace(folder: Path, tmp_path: Path) -> None:
    memory = ResponseMemory.of(ROWS[:2], read)
    memory.add([MemoryRow("secret", ("b",), "marzipan", facts=("likes marzipan",), source="person:9"), ROWS[2]])
    memory.remove_source("person:9")
    memory.save(tmp_path / "again")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()
    }


def test_a_memory_of_nothing_can_be_saved(tmp_path: Path) -> None:
    ResponseMemory(read).save(tmp_path / "empty")
    loaded = ResponseMemory.load(tmp_path / "empty", read)
    assert len(loaded) == 0
    loaded.add(ROWS)
    assert list(loaded.rows()) == list(ROWS)


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_any_rows_come_back(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    lines = st.lists(st.text(), max_size=2).map(tuple)
    rows = data.draw(
        st.lists(st.builds(MemoryRow, st.text(), lines, st.text(), lines, lines, st.text(), st.text()), max_size=5)
    )
    folder = tmp_path_factory.mktemp("memory") / "m"
    ResponseMemory.of(rows, read).save(folder)
    assert list(ResponseMemory.load(folder, read).rows()) == rows


def test_every_flipped_bit_and_every_truncation_is_refused_by_name(folder: Path) -> None:
    rng = random.Random(0)
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for _ in range(5):
            place, bit = rng.randrange(len(whole)), rng.randrange(8)
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            if path.name != "manifest.json":
                with pytest.raises(CheckpointError, match=path.name):
                    ResponseMemory.load(folder, read)
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(CheckpointError):
            ResponseMemory.load(folder, read)
        path.write_bytes(whole)
    assert len(ResponseMemory.load(folder, read)) == 3


def _texts(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def rewrite(folder: Path) -> None:
        path = folder / "rows.json.gz"
        content = json.loads(gzip.decompress(path.read_bytes()).decode("utf-8", "surrogatepass"))
        change(content)
        path.write_bytes(gzip.compress(json.dumps(content).encode()))

    return rewrite


def _numbers(change: Callable[[dict[str, np.ndarray]], object]) -> Callable[[Path], None]:
    def rewrite(folder: Path) -> None:
        tensors = load_file(folder / "vectors-00001.safetensors")
        change(tensors)
        save_file(tensors, folder / "vectors-00001.safetensors")

    return rewrite


def _overwrite(name: str, content: bytes) -> Callable[[Path], None]:
    def overwrite(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return overwrite


@pytest.mark.parametrize(
    ("harm", "complaint"),
    [
        (_overwrite("rows.json.gz", b"no gzip"), "unusable rows.json.gz"),
        (_overwrite("rows.json.gz", gzip.compress(b"[]")), "unusable rows.json.gz"),
        (_overwrite("rows.json.gz", gzip.compress(b"[" * 100_000)), "unusable rows.json.gz"),
        (_overwrite("vectors-00001.safetensors", b"no tensors"), "vectors-00001.safetensors"),
        (_texts(lambda texts: texts.pop("replies")), "lacks replies"),
        (_texts(lambda texts: texts["messages"].pop()), "do not fit"),
        (_texts(lambda texts: texts["replies"].append("more")), "do not fit"),
        (_texts(lambda texts: texts["replies"].__setitem__(0, 3)), "do not fit"),
        (_texts(lambda texts: texts["persona"].pop()), "do not fit"),
        (_texts(lambda texts: texts["before"].__setitem__(0, "x")), "do not fit"),
        (_numbers(lambda tensors: tensors.pop("style")), "lacks style"),
        (_numbers(lambda tensors: tensors.update(style=np.array([0, 0, 99], np.int32))), "do not fit"),
        (_numbers(lambda tensors: tensors.update(lang=np.array([0, 0, -1], np.int32))), "do not fit"),
        (_numbers(lambda tensors: tensors.update({"messages.000.bits": np.zeros((3, 48), np.uint8)})), "do not fit"),
        (_numbers(lambda tensors: tensors.update({"messages.000.bits": np.zeros((2, 48), np.uint8)})), "do not fit"),
        (_numbers(lambda tensors: tensors.update({"replies.000.places": np.array([1 << 30], np.int32),
                                                  "replies.000.values": np.array([99], np.int8)})), "do not fit"),
        (_numbers(lambda tensors: tensors.pop("contexts.000.values")), "lacks contexts.000.values"),
    ],
)  # fmt: skip
def test_a_signed_memory_of_impossible_content_is_refused_in_one_line(
    folder: Path, harm: Callable[[Path], None], complaint: str
) -> None:
    harm(folder)
    write_manifest(folder)  # as an attacker would
    with pytest.raises(CheckpointError, match=complaint) as caught:
        ResponseMemory.load(folder, read)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no such folder"):
        ResponseMemory.load(tmp_path / "absent", read)


@given(st.lists(st.integers(-127, 127), max_size=60))
def test_packing_to_six_bits_loses_nothing(numbers: list[int]) -> None:
    vectors = np.array(numbers[: len(numbers) // 4 * 4], dtype=np.int8).reshape(-1, 4)
    assert np.array_equal(unpack(pack(vectors), 4), vectors)
