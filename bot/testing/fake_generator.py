"""A network that needs no model: it says what it is told to say."""

from __future__ import annotations

from collections.abc import Callable

from brain.reply import GeneratedReply, ReplyRequest


class FakeGenerator:
    """Answers with fixed words, or with what a function makes of the request. `requests` holds what it was asked."""

    def __init__(self, says: str | Callable[[ReplyRequest], str] = "I see.") -> None:
        self._says = says
        self.requests: list[ReplyRequest] = []

    def reply(self, request: ReplyRequest, on_text: Callable[[str], bool] | None = None) -> GeneratedReply:
        """See ReplyGenerator: the words come one by one, until `on_text` wants no more."""
        self.requests.append(request)
        words = (self._says if isinstance(self._says, str) else self._says(request)).split(" ")
        said = words[:1]
        for word in words[1:]:
            if on_text is not None and not on_text(" ".join(said)):
                break
            said.append(word)
        return GeneratedReply(" ".join(said))
