"""The manifest of a checkpoint folder: each file's SHA-256, checked before anything is parsed. Needs no torch."""

from __future__ import annotations

import hashlib
import json
import reprlib
from pathlib import Path
from typing import Any

from brain.errors import CheckpointError
from brain.training.json_file import read_object

NAME = "manifest.json"
FORMAT = 1


def write_manifest(folder: Path) -> None:
    """Record the size and SHA-256 of every file of a folder, as it is now."""
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != NAME
    }
    (folder / NAME).write_text(json.dumps({"format": FORMAT, "files": files}, indent=2) + "\n", "utf-8")


def verify_manifest(folder: Path) -> str:
    """Check every file and return the manifest's own digest (hex), which names this exact model.

    Raises CheckpointError that names the file at fault: missing, changed, or not listed.
    """
    files = read_manifest(folder)
    try:
        _check(folder, files)
        return _sha256(folder / NAME)
    except OSError as error:
        raise CheckpointError(f"the model in {folder} can't be read: {error}") from None


def _check(folder: Path, files: dict[str, dict[str, Any]]) -> None:
    for path in sorted(folder.iterdir()):
        if path.name not in files and path.name != NAME:
            name = reprlib.repr(path.name)
            raise CheckpointError(f"the model in {folder} has {name}, which its {NAME} does not list: remove it")
    for name, facts in files.items():
        path = folder / name
        if path.is_symlink() or not path.is_file():
            raise CheckpointError(f"the model in {folder} is incomplete: {name} is missing; copy or train it again")
        if path.stat().st_size != facts["bytes"] or _sha256(path) != facts["sha256"]:
            raise CheckpointError(f"the model in {folder} is damaged: {name} has changed; copy or train it again")


def read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """Return name → size and SHA-256 of the files that belong to a folder. Raises CheckpointError."""
    manifest = folder / NAME
    if not folder.is_dir():
        raise CheckpointError(f"no model at {folder}: there is no such folder")
    if not manifest.is_file():
        raise CheckpointError(f"no model at {folder}: it has no {NAME}")
    try:
        content = read_object(manifest)
        if content["format"] != FORMAT:
            made = reprlib.repr(content["format"])
            raise CheckpointError(f"the model in {folder} has format {made}: this version reads {FORMAT}")
        files: dict[str, dict[str, Any]] = content["files"]
        if not files or not all(map(_is_file_name, files)):
            raise ValueError("bad file names")
        return {name: {"bytes": facts["bytes"], "sha256": facts["sha256"]} for name, facts in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"the model in {folder} has an unreadable {NAME} ({error})") from None


def _is_file_name(name: str) -> bool:
    return name.isprintable() and len(name) <= 100 and not {"/", "\\"} & set(name) and name not in {"", ".", ".."}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
