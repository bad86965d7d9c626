"""Reads the settings, and says in one line what is wrong with them."""

from __future__ import annotations

import os
import re
import reprlib
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError as UnreadableValueError

from bot.errors import HomeUnusableError, SettingsError
from bot.settings.sections import Section, SpaceSettings
from bot.settings.settings import PREFIX, Settings

_SECRET = re.compile("token|secret|database_url|^discord$|^telegram$")
"""Settings whose values are not repeated."""


def load_settings(flags: Mapping[str, Any] | None = None) -> Settings:
    """Read settings from file, environment and flags. Raises SettingsError, which names the setting."""
    file = find_file()
    _refuse_unknown_variables()
    source = type("SettingsFromFile", (Settings,), {"file": file, "__module__": __name__})
    try:
        return source(**(flags or {}))
    except ValidationError as error:
        raise SettingsError(_first_problem(error, file)) from None
    except UnreadableValueError as error:
        raise SettingsError(_unreadable_variable(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"can't read {file}: {error}") from None


def find_file() -> Path | None:
    """The familiar.toml in use: in the current folder, else in the home folder."""
    home = os.environ.get(f"{PREFIX}HOME") or platformdirs.user_data_dir("familiar")
    return next((path for path in (Path("familiar.toml"), Path(home) / "familiar.toml") if path.is_file()), None)


def make_home(settings: Settings) -> Path:
    """Create the home folder where it is missing and return it. Raises HomeUnusableError."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise HomeUnusableError(settings.home, error.strerror or str(error)) from None
    if not os.access(settings.home, os.W_OK | os.X_OK):
        raise HomeUnusableError(settings.home, "permission denied")
    return settings.home


def _refuse_unknown_variables() -> None:
    known = set(Settings.model_fields)
    for variable in os.environ:
        if variable.startswith(PREFIX) and variable.removeprefix(PREFIX).lower().split("__")[0] not in known:
            raise SettingsError(f"unknown setting {variable} in the environment: {PREFIX}<NAME> is one of {_names()}")


def _names() -> str:
    return ", ".join(sorted(name.upper() for name in Settings.model_fields))


def list_names(section: type[BaseModel] = Settings, prefix: str = "") -> Iterator[str]:
    """Every setting's name as it is written in familiar.toml: `home`, `bot.name`, `spaces.<id>.mode` ..."""
    for name, field in section.model_fields.items():
        if name == "spaces":
            yield from list_names(SpaceSettings, "spaces.<id>.")
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from list_names(field.annotation, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _first_problem(error: ValidationError, file: Path | None) -> str:
    problem = error.errors()[0]
    name = ".".join(str(part) for part in problem["loc"])
    where = f" (in {file}, the environment or a flag)" if file else ""
    if problem["type"] == "extra_forbidden":
        nearest = get_close_matches(name, list_names(), 1)
        return f"unknown setting {name}{where}: " + (f"did you mean {nearest[0]}?" if nearest else "see bot/README.md")
    said = problem["msg"].removeprefix("Value error, ")
    given = "" if _SECRET.search(name) else f", not {reprlib.repr(problem['input'])}"
    return f"setting {name}{where}: {said}{given}"


def _unreadable_variable(error: UnreadableValueError) -> str:
    section = str(error).split('"')[1]
    return f'a {PREFIX}{section.upper()} variable can\'t be read: a list is written as JSON, as in \'["one", "two"]\''
