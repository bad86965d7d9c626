"""Writes a new plugin package from the template beside this file."""

from __future__ import annotations

import shutil
from keyword import iskeyword
from pathlib import Path
from string import Template
from tempfile import mkdtemp

from bot.errors import ExtensionError
from bot.signatures import PLAIN_NAME

TEMPLATE = Path(__file__).parent / "plugin_template"
SUFFIX = ".template"


def write_plugin(name: str, folder: Path) -> Path:
    """Write the package into a new folder and return it: all of it, or nothing. Raises ExtensionError."""
    if not PLAIN_NAME.fullmatch(name) or iskeyword(name):
        raise ExtensionError(
            f"{name!r} can't name a plugin: use lower-case letters, digits and _, as in weather_report"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExtensionError(
            f"{folder} is there already: name another folder, as in `familiar plugin new {name} FOLDER`"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _fill(unfinished, name)
        unfinished.chmod(0o755)
        unfinished.replace(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return folder


def _fill(folder: Path, name: str) -> None:
    words = {"name": name, "class_name": "".join(part.capitalize() for part in name.split("_")) + "Plugin"}
    for template in sorted(TEMPLATE.rglob(f"*{SUFFIX}")):
        relative = Template(str(template.relative_to(TEMPLATE)).removesuffix(SUFFIX)).substitute(words)
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(template.read_text("utf-8")).substitute(words), "utf-8")
