"""Folders that are replaced: at whatever moment the process dies, the old content or the new is there, whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from brain.training.folders import recover, replaced_file, replaced_folder

# Dies without any clean-up at its nth touch of the disk.
_DYING_WRITER = """
import os, pathlib, shutil, sys
from brain.training import folders
left = int(sys.argv[2])
def dying(call):
    def touch(*args, **options):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return call(*args, **options)
    return touch
os.fsync, pathlib.Path.rename, shutil.rmtree = map(dying, (os.fsync, pathlib.Path.rename, shutil.rmtree))
with folders.replaced_folder(pathlib.Path(sys.argv[1])) as draft:
    (draft / "content").write_text("new")
"""


def _write(folder: Path, content: str) -> None:
    with replaced_folder(folder) as draft:
        (draft / "content").write_text(content)


def test_a_writer_that_dies_at_any_touch_of_the_disk_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    found: list[str] = []
    for touch in range(20):
        folder = tmp_path / str(touch) / "state"
        _write(folder, "old")
        command = [sys.executable, "-c", _DYING_WRITER, str(folder), str(touch)]
        done = subprocess.run(command, check=False).returncode
        recover(folder)
        found.append((folder / "content").read_text())
        assert [path.name for path in folder.parent.iterdir()] == ["state"]
        _write(folder, "newer")
        assert (folder / "content").read_text() == "newer"
        if done == 0:
            break
    assert found == sorted(found, key=["old", "new"].index)
    assert {"old", "new"} == set(found)


def test_the_next_writer_tidies_up_first(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    _write(folder, "old")
    folder.rename(tmp_path / ".state-old")
    (tmp_path / ".state-abcdefgh").mkdir()
    with pytest.raises(RuntimeError), replaced_folder(folder):
        raise RuntimeError
    assert (folder / "content").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_a_swap_that_fails_halfway_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "state"
    _write(folder, "old")
    rename = Path.rename

    def refuse_drafts(path: Path, target: Path) -> Path:
        if target == folder and not path.name.endswith("-old"):
            raise OSError("no space left")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse_drafts)
    with pytest.raises(OSError, match="no space"):
        _write(folder, "new")
    assert (folder / "content").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_another_folder_with_a_longer_name_keeps_its_draft(tmp_path: Path) -> None:
    with replaced_folder(tmp_path / "best-2") as draft:
        recover(tmp_path / "best")
        assert draft.is_dir()


def test_a_file_is_replaced_whole_and_readable_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "aliases.json"
    replaced_file(path, "old")
    assert path.stat().st_mode & 0o777 == 0o644

    def full(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="disk full"):
        replaced_file(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
