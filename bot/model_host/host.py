"""ModelHost: loads a model beside the loop, lets it speak in time, and swaps it while it serves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import structlog

from bot.errors import ModelUnavailableError
from bot.logs import describe
from bot.model_host.shelf import ModelFolder, ModelShelf
from bot.plugin import ModelStatus, Turn
from bot.settings import ModelSettings
from brain.errors import BrainError
from brain.reply import ReplyGenerator, ReplyRequest, SpokenTurn

FALLBACK = "I can't find the right words just now. Could you say that again in another way?"
"""Said when the network failed or took too long: honest, and nothing it might have meant."""

Load = Callable[[Path], ReplyGenerator]
OnReload = Callable[[str, str | None], Awaitable[None]]
"""Called with the version that speaks from now on and the one before."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ModelReply:
    """What is said, and by which model version; none stands behind a fallback."""

    text: str
    source: Literal["brain", "fallback"]
    version: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict[str, float])
    origin: str = ""
    """Where the model has it from, in the words of `GeneratedReply.origin`."""


@dataclass(frozen=True, slots=True)
class _Voice:
    version: str
    source: str
    generator: ReplyGenerator


class ModelHost:
    """Lets one model speak at a time, on a thread of its own. The loop never waits for it."""

    def __init__(
        self, settings: ModelSettings, shelf: ModelShelf, *, load: Load | None = None, on_reload: OnReload | None = None
    ) -> None:
        """Find models on `shelf` and load them with `load`; by default the companion that ships."""
        self._settings = settings
        self._shelf = shelf
        self._load = load or shelf.load
        self._on_reload = on_reload
        self._speaker = ThreadPoolExecutor(1, "speaker")
        self._loader = ThreadPoolExecutor(1, "loader")
        self._swapping = asyncio.Lock()
        self._loading: asyncio.Future[str] | None = None
        self._voice: _Voice | None = None
        self._since = datetime.now(UTC)
        self._previous: _Voice | None = None

    @property
    def version(self) -> str | None:
        """The version that speaks now; None while none is loaded."""
        return self._voice.version if self._voice else None

    @property
    def status(self) -> ModelStatus | None:
        """What speaks now, and since when; None while no model is loaded."""
        return ModelStatus(self._voice.version, self._voice.source, self._since) if self._voice else None

    def start(self) -> None:
        """Begin to load the model of the settings and return at once."""
        self._loading = asyncio.ensure_future(self.swap(self._settings.version))

    async def wait_until_loaded(self) -> None:
        """Return once a model can speak. Raises ModelUnavailableError where the first one did not load."""
        if self._voice is None and self._loading is not None:
            await asyncio.shield(self._loading)
        if self._voice is None:
            raise ModelUnavailableError("no model is loaded")

    async def reply(
        self, turns: Sequence[Turn], persona: Sequence[str], on_text: Callable[[str], None] | None = None
    ) -> ModelReply:
        """Answer the last turn within the deadline, or with the fallback. `on_text` gets the text so far, on the loop.

        The deadline counts from when a model is loaded and holds the time in the queue.
        Raises ModelUnavailableError where there is no model at all.
        """
        await self.wait_until_loaded()
        request = ReplyRequest(turns=tuple(map(_spoken, turns)), persona=tuple(persona))
        progress = _Progress(asyncio.get_running_loop(), on_text)
        work = asyncio.get_running_loop().run_in_executor(self._speaker, self._speak, request, progress)
        try:
            return await asyncio.wait_for(work, self._settings.deadline_seconds)
        except TimeoutError:
            _log.warning("no reply in time", deadline_seconds=self._settings.deadline_seconds, version=self.version)
        except Exception as error:  # whatever a generator raises, the person gets a word
            _log.error("the model failed", version=self.version, **describe(error))
        finally:
            progress.stop()
        return ModelReply(FALLBACK, "fallback")

    async def swap(self, name: str | None) -> str:
        """Load and warm a model aside, then let it speak from the next reply on; return its version.

        The model before is kept for `rollback`. Raises ModelUnavailableError, and then nothing has changed.
        """
        async with self._swapping:
            voice = await asyncio.get_running_loop().run_in_executor(self._loader, self._prepare, name)
            await self._let_speak(voice)
        return voice.version

    async def rollback(self) -> str:
        """Let the previous model speak again, at once; return its version. Raises ModelUnavailableError."""
        async with self._swapping:
            if self._previous is None:
                raise ModelUnavailableError(f"there is no model before {self.version} to go back to")
            voice = self._previous
            await self._let_speak(voice)
        return voice.version

    async def aclose(self) -> None:
        """Let go of the models and their threads."""
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)
        self._speaker.shutdown(wait=False, cancel_futures=True)
        self._loader.shutdown(wait=False, cancel_futures=True)
        self._voice = self._previous = None

    async def _let_speak(self, voice: _Voice) -> None:
        before, self._previous = self.version, self._voice
        self._voice, self._since = voice, datetime.now(UTC)
        if self._on_reload is not None:
            await self._on_reload(voice.version, before)

    def _speak(self, request: ReplyRequest, progress: _Progress) -> ModelReply:
        voice = self._voice  # read once: a swap takes effect between replies
        if voice is None:
            raise ModelUnavailableError("the model is gone")
        reply = voice.generator.reply(request, progress)
        if not reply.text.strip():
            return ModelReply(FALLBACK, "fallback")
        return ModelReply(reply.text, "brain", voice.version, reply.scores, reply.origin)

    def _prepare(self, name: str | None) -> _Voice:
        folder = self._shelf.find(name)
        try:
            generator = self._load(folder.path)
            _warm(generator)
        except BrainError as error:
            raise ModelUnavailableError(str(error)) from error
        except Exception as error:  # a library's own words about a file it can't take
            raise ModelUnavailableError(_in_one_line(folder, error)) from error
        return _Voice(folder.version, str(folder.path), generator)


class _Progress:
    """Carries the growing text from the speaker's thread to the loop, and the word to stop the other way."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_text: Callable[[str], None] | None) -> None:
        self._loop = loop
        self._on_text = on_text
        self._stopped = threading.Event()

    def __call__(self, text: str) -> bool:
        if self._stopped.is_set():
            return False
        if self._on_text is not None:
            self._loop.call_soon_threadsafe(self._tell, text)
        return True

    def stop(self) -> None:
        self._stopped.set()

    def _tell(self, text: str) -> None:
        if self._on_text is not None and not self._stopped.is_set():
            self._on_text(text)


def _spoken(turn: Turn) -> SpokenTurn:
    return SpokenTurn("bot" if turn.author is None else "user", turn.text)


def _warm(generator: ReplyGenerator) -> None:
    """Have the first word made, so that the first person does not wait for caches and kernels."""
    generator.reply(ReplyRequest(turns=(SpokenTurn("user", "Hello!"),)), lambda _text: False)


def _in_one_line(folder: ModelFolder, error: Exception) -> str:
    return f"the model in {folder.path} does not load: " + " ".join(f"{type(error).__name__}: {error}".split())
