"""The manifest of a checkpoint folder: each file's SHA-256, checked before anything is parsed. Needs no torch."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, cast

from brain.errors import CheckpointError

NAME = "manifest.json"
FORMAT = 1
_LARGEST_MANIFEST = 1 << 20


def write_manifest(folder: Path) -> None:
    """Record the size and SHA-256 of every file of a folder, as it is now."""
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != NAME
    }
    (folder / NAME).write_text(json.dumps({"format": FORMAT, "files": files}, indent=2) + "\n", "utf-8")


def verify_manifest(folder: Path) -> str:
    """Check every listed file and return the manifest's own digest (hex), which names this exact model.

    Raises CheckpointError that names the file at fault.
    """
    manifest = folder / NAME
    for name, facts in _read(manifest).items():
        path = folder / name
        if path.is_symlink() or not path.is_file():
            raise CheckpointError(f"the model in {folder} is incomplete: {name} is missing; copy or train it again")
        if path.stat().st_size != facts["bytes"] or _sha256(path) != facts["sha256"]:
            raise CheckpointError(f"the model in {folder} is damaged: {name} has changed; copy or train it again")
    return _sha256(manifest)


def _read(manifest: Path) -> dict[str, dict[str, Any]]:
    folder = manifest.parent
    if not folder.is_dir():
        raise CheckpointError(f"no model at {folder}: there is no such folder")
    if not manifest.is_file():
        raise CheckpointError(f"no model at {folder}: it has no {NAME}")
    try:
        if manifest.stat().st_size > _LARGEST_MANIFEST:
            raise ValueError("too large")
        content = json.loads(manifest.read_text("utf-8"))
        if content["format"] != FORMAT:
            raise CheckpointError(f"the model in {folder} has format {content['format']}: this version reads {FORMAT}")
        files = cast(dict[str, dict[str, Any]], content["files"])
        if not files or any("/" in name or "\\" in name or name in {".", ".."} for name in files):
            raise ValueError("bad file names")
        return {name: {"bytes": int(facts["bytes"]), "sha256": str(facts["sha256"])} for name, facts in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"the model in {folder} has an unreadable {NAME} ({error})") from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
