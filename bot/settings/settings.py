"""Settings: all sections together, and where they are read from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import platformdirs
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from bot.settings.sections import (
    ApiSettings,
    BotSettings,
    DiscordSettings,
    LimitSettings,
    LogSettings,
    ModelSettings,
    Names,
    SpaceSettings,
    TelegramSettings,
)

PREFIX = "FAMILIAR_"


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
