"""Where the command line begins and ends: the commands in one tree, every mistake in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.cli import brain_work, data, memory, models, plugins, talk
from bot.cli.checkup import check
from bot.errors import FamiliarError

DONE, PIPE_CLOSED, OPERATOR_ERROR, INTERRUPTED = 0, 1, 2, 130

app = typer.Typer(
    name="familiar",
    help="Familiar, a self-hosted chat companion.",
    epilog="Example: familiar chat",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("chat", epilog="Example: printf 'hello\\n' | familiar chat")(talk.chat)
app.command("run", epilog="Example: familiar run --adapter console")(talk.run)
app.command("check", epilog="Example: familiar check")(check)
app.command("train", epilog="Example: familiar train voice.toml")(brain_work.train)
app.add_typer(brain_work.evaluate)
app.add_typer(models.group)
app.add_typer(plugins.group)
app.add_typer(memory.group)
app.add_typer(data.group)
app.add_typer(data.database_group)


def main() -> NoReturn:
    """Run the command that was typed and exit: 0, or 2 after one line on standard error that says what to do."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - open until the end
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)  # all is closed; a plain exit would wait for the thread of a model that is still being loaded


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        code = app(args=list(arguments), prog_name="familiar", standalone_mode=False)
        sys.stdout.flush()
    except (FamiliarError, typer.TyperException, OSError) as error:
        return _report(error)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


def _report(error: FamiliarError | typer.TyperException | OSError) -> int:
    if isinstance(error, BrokenPipeError):  # `| head` has seen enough; what is still buffered has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    print(f"familiar: {' '.join(_explain(error).split())}", file=sys.stderr)
    return OPERATOR_ERROR


def _explain(error: FamiliarError | typer.TyperException | OSError) -> str:
    if isinstance(error, typer.TyperException):
        context: typer.Context | None = getattr(error, "ctx", None)
        message = error.format_message().rstrip(".")
        return f"{message} (see {context.command_path} --help)" if context else message
    if isinstance(error, OSError):
        return f"can't use {error.filename or 'standard output'}: {error.strerror or error}"
    return str(error)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"familiar {version('familiar-companion')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Familiar, a self-hosted chat companion."""
    if context.invoked_subcommand is None:
        print(context.get_help())
