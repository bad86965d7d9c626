"""Logs go to standard error. They name things, places and causes, and never hold what people wrote or a secret."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

from bot.settings import LogSettings

HIDDEN = frozenset(
    {"text", "content", "message", "arguments", "options", "reply", "persona", "token", "secret", "password", "api_key"}
)
"""Names whose values are never written, whoever logs them."""

Fields = MutableMapping[str, Any]


def set_up_logs(settings: LogSettings) -> None:
    """Send structlog's and the standard library's records to standard error at the level that was set."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    renderer = (
        structlog.processors.JSONRenderer()
        if settings.json_lines
        else structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _replace_exception,
            _hide,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _CurrentStderr())),
    )
    handler = logging.StreamHandler(_CurrentStderr())
    handler.setFormatter(_PlaceFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    # Libraries log addresses with tokens in them below this level.
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)


def describe(error: BaseException) -> dict[str, str]:
    """An exception as log fields: its type and where it was raised. Its message may quote what a person wrote."""
    return {"error": type(error).__name__, "at": _place(error.__traceback__)}


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    return f"{frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}" if frames else "unknown"


def _replace_exception(_logger: Any, _method: str, fields: Fields) -> Fields:
    given = fields.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        fields.update(describe(error))
    return fields


def _hide(_logger: Any, _method: str, fields: Fields) -> Fields:
    for name in HIDDEN.intersection(fields):
        fields[name] = "(hidden)"
    return fields


class _CurrentStderr:
    """Standard error as it is at each write: while a person chats, the screen stands in for it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _PlaceFormatter(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        return " ".join(describe(ei[1]).values()) if ei[1] else ""
