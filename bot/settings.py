"""Settings: familiar.toml, then environment variables `FAMILIAR_…`, then command-line flags; the later one wins.

`FAMILIAR_HOME` is the folder where data lives. familiar.toml is looked for in the current folder, then in that home.
Nested values use two underscores in the environment: `FAMILIAR_BOT__NAME=Rex`. Lists of names are separated by commas
there: `FAMILIAR_PLUGINS=basics,dice`. bot/README.md lists every setting.
"""

from __future__ import annotations

import json
import os
import reprlib
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import platformdirs
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableValueError

from bot.errors import HomeUnusableError, SettingsError

PREFIX = "FAMILIAR_"


def _split_names(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        return json.loads(value)
    return tuple(name.strip() for name in value.split(",") if name.strip())


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_names)]
"""Names: a list in the file; in the environment text separated by commas, or JSON."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BotSettings(_Section):
    """Who the bot is."""

    name: str = "Familiar"
    persona: tuple[str, ...] = ("I am Familiar, a friendly companion.",)
    """First-person sentences the network is conditioned on."""


class LimitSettings(_Section):
    """How much is taken in. Rates are written as `20 per 10 seconds`."""

    per_user: str = "20 per 10 seconds"
    per_conversation: str = "60 per 10 seconds"
    in_all: str = "20000 per second"
    message_length: int = Field(default=4000, ge=1)
    """Longest message that is read, in characters."""
    waiting_per_conversation: int = Field(default=32, ge=1)
    waiting_in_all: int = Field(default=10_000, ge=1)

    @field_validator("per_user", "per_conversation", "in_all")
    @classmethod
    def _is_rate(cls, value: str) -> str:
        from limits import parse

        try:
            parse(value)
        except ValueError:
            raise ValueError("write a rate such as '20 per 10 seconds'") from None
        return value


class ModelSettings(_Section):
    """Which model speaks, and how long it may take."""

    version: str | None = None
    """A registered version, an alias, or a checkpoint folder; none: the champion, or the starter that ships."""
    deadline_seconds: float = Field(default=20.0, gt=0)
    threads: int = Field(default=2, ge=1)
    """CPU threads the network may use."""


class LogSettings(_Section):
    """Logs go to standard error and never hold message text."""

    level: Literal["debug", "info", "warning", "error", "critical"] = "warning"
    json_lines: bool = False


class Settings(BaseSettings):
    """Everything an operator can set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("familiar")))
    adapters: Names = ("console",)
    plugins: Names = ("basics",)
    bot: BotSettings = BotSettings()
    limits: LimitSettings = LimitSettings()
    model: ModelSettings = ModelSettings()
    log: LogSettings = LogSettings()
    database_url: str | None = None
    """SQLAlchemy URL of the database; none: SQLite in the home folder."""

    file: ClassVar[Path | None] = None

    @field_validator("home")
    @classmethod
    def _expand_home(cls, value: Path) -> Path:
        if "?" in str(value):  # a database URL can't hold it
            raise ValueError("use a folder without ? in its name")
        return value.expanduser()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags over environment over file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, cls.file)

    @property
    def database(self) -> str:
        """The URL of the database in use."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'familiar.db'}"


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
    """Every setting's name as it is written in familiar.toml: `home`, `bot.name` ..."""
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, _Section):
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
    return f"setting {name}{where}: {said}, not {reprlib.repr(problem['input'])}"


def _unreadable_variable(error: UnreadableValueError) -> str:
    section = str(error).split('"')[1]
    return f'a {PREFIX}{section.upper()} variable can\'t be read: a list is written as JSON, as in \'["one", "two"]\''
