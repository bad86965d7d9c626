"""Everything an operator can set: familiar.toml, then environment variables `FAMILIAR_…`, then command-line flags.

The later one wins. `FAMILIAR_HOME` is the folder where data lives. familiar.toml is looked for in the current folder,
then in that home. Nested values use two underscores in the environment: `FAMILIAR_BOT__NAME=Rex`. Lists of names are
separated by commas there: `FAMILIAR_PLUGINS=basics,dice`. bot/README.md lists every setting.
"""

from bot.settings.reading import find_file, list_names, load_settings, make_home
from bot.settings.sections import (
    ApiSettings,
    BotSettings,
    DiscordSettings,
    LimitSettings,
    LogSettings,
    ModelSettings,
    SpaceSettings,
    TelegramSettings,
)
from bot.settings.settings import Settings

__all__ = [
    "ApiSettings",
    "BotSettings",
    "DiscordSettings",
    "LimitSettings",
    "LogSettings",
    "ModelSettings",
    "Settings",
    "SpaceSettings",
    "TelegramSettings",
    "find_file",
    "list_names",
    "load_settings",
    "make_home",
]
