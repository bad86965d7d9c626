"""Folders and files that are replaced whole or not at all, at whatever moment a process is killed. Needs no torch."""

from __future__ import annotations

import glob
import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replaced_folder(folder: Path) -> Generator[Path]:
    """Yield a draft folder that takes the place of `folder` at the end; an error leaves everything as it was."""
    recover(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield draft
        draft.chmod(0o755)
        for path in (*draft.iterdir(), draft):
            _flush(path)
        _swap(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def recover(folder: Path) -> None:
    """Tidy up after a writer of `folder` that was killed. Only its next writer may: one at work needs its draft."""
    old = _old(folder)
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
    elif old.exists():
        old.rename(folder)
    for draft in folder.parent.glob(f".{glob.escape(folder.name)}-????????"):
        shutil.rmtree(draft, ignore_errors=True)


def present(folder: Path) -> Path:
    """Return where the content of `folder` lies: for a moment while it is replaced, or after a kill then, beside it."""
    old = _old(folder)
    return old if not folder.exists() and old.exists() else folder


def replaced_file(path: Path, content: str) -> None:
    """Write a file whole: at every moment it has the old content or the new one."""
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _swap(draft: Path, folder: Path) -> None:
    old = _old(folder)
    try:
        if folder.exists():
            folder.rename(old)
        draft.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    _flush(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}-old")


def _flush(path: Path) -> None:
    """Ask the disk to have it: a rename must not arrive before what it renames."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
