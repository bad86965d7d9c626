"""What can go wrong in the brain, each able to say it in one line."""

from __future__ import annotations


class BrainError(Exception):
    """Root of the brain's own errors. `str()` is one line a person can act on."""


class ConfigError(BrainError):
    """A training or model configuration has an unknown key or a value that does not fit."""


class DataError(BrainError):
    """A data file is missing, unreadable, or has a row of another shape. The message names file and line."""


class CheckpointError(BrainError):
    """A checkpoint is incomplete, damaged, or does not fit the model it is for."""


class RegistryError(BrainError):
    """A model version or alias is unknown or can't be used."""


class TrainingError(BrainError):
    """A training run can't go on, for example because the loss is no longer a number."""
