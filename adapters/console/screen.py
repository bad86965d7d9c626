"""The console on a screen: a prompt that stays usable while the answer grows above it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import Output
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.utils import get_cwidth

from adapters.console.convert import to_screen, trim
from adapters.console.face import LEAVE, Ask
from bot.commands import Command

PROMPT = "you> "
THINKING = "…"


class Screen:
    """A conversation through prompt_toolkit. What was typed is remembered until the session ends, not longer."""

    def __init__(self, bot_name: str, source: Input | None = None, sink: Output | None = None) -> None:
        """`source` and `sink` are the terminal's, unless a test brings its own."""
        self._bot_name = to_screen(bot_name)
        self._completer = CommandCompleter()
        self._session: PromptSession[str] = PromptSession(
            message=self._message,
            history=InMemoryHistory(),
            completer=self._completer,
            key_bindings=self._keys(),
            input=source,
            output=sink,
        )
        self._answering: set[asyncio.Task[None]] = set()
        self._growing = ""

    async def run(self, ask: Ask) -> None:
        """Prompt at once and go on prompting; answers appear above as they come."""
        self._print(f"This is {self._bot_name}. /help shows what it can do; {LEAVE} or Ctrl-D leaves.")
        try:
            with patch_stdout():  # what plugins print goes above the prompt instead of through it
                while (text := trim(await self._session.prompt_async(handle_sigint=False))) != LEAVE:
                    if text:
                        self._start_answering(text, ask)
        except EOFError:
            return
        finally:
            self._stop_waiting()

    async def show(self, text: str) -> None:
        """Print what the bot says above the prompt."""
        await run_in_terminal(lambda: self._print_reply(text))

    def show_progress(self, text: str) -> None:
        """Let the answer grow in its place above the prompt."""
        self._growing = to_screen(text)
        self._session.app.invalidate()

    def offer(self, commands: Sequence[Command]) -> None:
        """Complete these commands."""
        self._completer.commands = tuple(commands)

    def _start_answering(self, text: str, ask: Ask) -> None:
        async def answer() -> None:
            reply = await ask(text)
            self._growing = ""
            await self.show(reply)

        task = asyncio.create_task(answer())
        self._answering.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        self._session.app.invalidate()

    def _stop_waiting(self) -> None:
        self._growing = ""
        for task in self._answering:
            task.cancel()

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("c-c")
        @keys.add(Keys.SIGINT)
        def interrupt(event: KeyPressEvent) -> None:  # pyright: ignore[reportUnusedFunction]
            if event.current_buffer.text:
                event.current_buffer.reset()
            elif self._answering:
                self._stop_waiting()
            else:
                event.app.exit(exception=EOFError())

        return keys

    def _message(self) -> FormattedText:
        prompt = [("bold", PROMPT)]
        if self._answering and not self._session.app.is_done:
            size = self._session.output.get_size()
            lines = wrap(f"{self._bot_name}: {self._growing or THINKING}", size.columns)
            shown = lines[-max(1, size.rows // 2) :]
            return FormattedText([("", "".join(f"{line}\n" for line in shown)), *prompt])
        return FormattedText(prompt)

    def _print_reply(self, text: str) -> None:
        self._print_parts([("bold", f"{self._bot_name}: "), ("", to_screen(text))])

    def _print(self, text: str) -> None:
        self._print_parts([("", text)])

    def _print_parts(self, parts: list[tuple[str, str]]) -> None:
        print_formatted_text(FormattedText(parts), output=self._session.output)


class CommandCompleter(Completer):
    """Completes the name of a command after a slash."""

    commands: tuple[Command, ...] = ()

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """The commands that begin with what stands before the cursor, each with its description."""
        typed = document.text_before_cursor
        if not typed.startswith("/"):
            return
        for name, description in [*((f"/{each.name}", each.description) for each in self.commands), (LEAVE, "Leave")]:
            if name.startswith(typed):
                yield Completion(name, start_position=-len(typed), display_meta=description)


def wrap(text: str, columns: int) -> list[str]:
    """Cut text into lines of at most `columns` cells, wide characters counting two."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, width = "", 0
        for character in paragraph:
            cells = get_cwidth(character)
            if line and width + cells > columns:
                lines.append(line)
                line, width = "", 0
            line += character
            width += cells
        lines.append(line)
    return lines
