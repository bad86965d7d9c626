"""Tells adapters that a reply is being made, so that they show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import structlog

from bot.adapter import Adapter
from bot.events import ConversationRef
from bot.logs import describe

_log = structlog.get_logger(__name__)


class AdaptersProgress:
    """Shows progress through the adapter of each conversation. A hint that fails does not cost the reply."""

    def __init__(self, adapters: Mapping[str, Adapter]) -> None:
        """Use these adapters, by platform."""
        self._adapters = adapters

    def show(self, conversation: ConversationRef, text: str) -> None:
        """There is this much of a reply; "" while it is thought about."""
        adapter = self._adapters[conversation.platform]
        self._try(adapter, lambda: adapter.show_progress(conversation, text))

    def end(self, conversation: ConversationRef) -> None:
        """No reply is being made any more."""
        adapter = self._adapters[conversation.platform]
        self._try(adapter, lambda: adapter.end_progress(conversation))

    def _try(self, adapter: Adapter, hint: Callable[[], None]) -> None:
        try:
            hint()
        except Exception as error:  # whatever an adapter's library raises
            _log.error("an adapter failed to show progress", adapter=adapter.name, **describe(error))
