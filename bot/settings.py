"""Settings: familiar.toml, then environment variables `FAMILIAR_…`, then command-line flags; the later one wins.

`FAMILIAR_HOME` is the folder where data lives. familiar.toml is looked for in the current folder, then in that home.
Nested values use two underscores in the environment: `FAMILIAR_BOT__NAME=Rex`. Lists of names are separated by commas
there: `FAMILIAR_PLUGINS=basics,dice`. bot/README.md lists every setting.
"""

from __future__ import annotations

import json
import os
import re
import reprlib
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import platformdirs
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, field_validator
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
_SECRET = re.compile("token|secret|database_url|^discord$|^telegram$")


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
    names: Names = ()
    """What it answers to in groups, besides a mention: whole words at the start or end of a message, in any case."""
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


class DiscordSettings(_Section):
    """The Discord adapter. It is switched on by its token."""

    token: SecretStr | None = None
    message_content: bool = True
    """Ask for the message content intent; without it only direct messages, mentions and replies can be read."""
    api_base: str | None = None
    """Where the REST API is, version included; none: Discord's own."""
    gateway_url: str | None = None


class TelegramSettings(_Section):
    """The Telegram adapter. It is switched on by its token."""

    token: SecretStr | None = None
    mode: Literal["polling", "webhook"] = "polling"
    base_url: str | None = None
    """A Bot API server of one's own, up to and including `/bot`; none: Telegram's."""
    base_file_url: str | None = None
    webhook_url: str | None = None
    """Where Telegram reaches this machine: https, forwarded to the host's HTTP server."""
    webhook_secret: SecretStr | None = None


class ApiSettings(_Section):
    """The HTTP server: health, and what adapters bring."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    """0 takes any free one."""


class SpaceSettings(_Section):
    """How it behaves in one server or group."""

    conversations: Names = ()
    """Ids of the conversations it speaks in, their threads included; none named: all."""
    mode: Literal["addressed", "active"] = "addressed"
    """Whether it answers what is addressed to it, or everything."""
    memory: Literal["member", "shared"] = "member"
    """Whether it remembers with each member what they said, or with all together what was said."""


class Settings(BaseSettings):
    """Everything an operator can set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("familiar")))
    adapters: Names = ()
    """Platforms to serve besides those whose token is set; when there is none at all, the console."""
    plugins: Names = ("basics", "admin")
    admins: Names = ()
    """Who may call the admin commands: `discord:1`, `telegram:2`."""
    bot: BotSettings = BotSettings()
    discord: DiscordSettings = DiscordSettings()
    telegram: TelegramSettings = TelegramSettings()
    spaces: dict[str, SpaceSettings] = Field(default_factory=dict[str, SpaceSettings])
    """By platform and id, as `telegram:-1001`."""
    limits: LimitSettings = LimitSettings()
    model: ModelSettings = ModelSettings()
    api: ApiSettings = ApiSettings()
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

    @field_validator("admins", "spaces")
    @classmethod
    def _name_platforms(cls, value: Any) -> Any:
        for name in value:
            if not all(name.partition(":")[::2]):
                raise ValueError(f"{name!r} lacks its platform: write discord:1 or telegram:2")
        return value

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
    def served(self) -> tuple[str, ...]:
        """The adapters that `familiar run` serves."""
        with_token = [name for name in ("discord", "telegram") if getattr(self, name).token is not None]
        return tuple(dict.fromkeys((*self.adapters, *with_token))) or ("console",)

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
    """Every setting's name as it is written in familiar.toml: `home`, `bot.name`, `spaces.<id>.mode` ..."""
    for name, field in section.model_fields.items():
        if name == "spaces":
            yield from list_names(SpaceSettings, "spaces.<id>.")
        elif isinstance(field.annotation, type) and issubclass(field.annotation, _Section):
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
