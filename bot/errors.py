"""Everything that can go wrong on purpose, named for its cause and able to say it in one line."""

from __future__ import annotations

from pathlib import Path


class FamiliarError(Exception):
    """Root of the errors Familiar raises itself. `str()` is one line a person can act on."""


# What the operator can mend: the command line prints the line and exits with 2.


class SettingsError(FamiliarError):
    """A setting is unknown or has a value that does not fit."""


class HomeUnusableError(FamiliarError):
    """The data folder can't be created or written."""

    def __init__(self, home: Path, reason: str) -> None:
        super().__init__(f"can't write to {home} ({reason}): make it writable or set FAMILIAR_HOME to another folder")
        self.home = home


class HomeInUseError(FamiliarError):
    """Another process serves the same data folder."""

    def __init__(self, home: Path) -> None:
        super().__init__(f"another `familiar run` already serves {home}: stop it first or set FAMILIAR_HOME")
        self.home = home


class ExtensionError(FamiliarError):
    """A plugin or an adapter can't be found, imported or registered."""


class ModelUnavailableError(FamiliarError):
    """A model can't be found, fails verification, or does not load."""


class AnswersError(FamiliarError):
    """The operator's own questions and answers can't be read or kept, or one that is meant does not exist."""


class StoreError(FamiliarError):
    """Something is wrong with the database."""


class StoreUnavailableError(StoreError):
    """The database can't take a write right now (locked, disk full). Trying again later may help."""


class StoreCorruptError(StoreError):
    """The database file is damaged. It is never replaced by an empty one."""

    def __init__(self, location: str) -> None:
        super().__init__(f"the database {location} is damaged: restore a copy with `familiar data restore FILE`")
        self.location = location


class StoreTooNewError(StoreError):
    """The database was written by a newer Familiar."""

    def __init__(self, location: str, revision: str) -> None:
        super().__init__(f"the database {location} has schema {revision}, newer than this Familiar: update Familiar")
        self.location = location
        self.revision = revision


class BackupError(StoreError):
    """A backup can't be written, or a file offered as a backup is not a sound one."""


# What a person can mend: the text is sent to them as the answer.


class CommandUsageError(FamiliarError):
    """A command was called with arguments that do not fit. The text is shown to the person who called it."""


# What an adapter reports about a delivery.


class DeliveryError(FamiliarError):
    """A reply was not delivered; worth another try, after `retry_after` seconds if that is known."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class DeliveryRefusedError(DeliveryError):
    """The platform will never take this reply (blocked, conversation gone). No further try is made."""


class DeliveryUncertainError(DeliveryError):
    """The reply may or may not have arrived: the connection broke after it was handed over."""
