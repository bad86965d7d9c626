from __future__ import annotations

import random
from typing import Any

import pytest

from bot.commands import Command, Option, Permission
from bot.errors import ExtensionError
from bot.events import CommandInvoked, MessageReceived, PlatformEvent
from bot.handlers import HandlerTable
from bot.plugin import Context, Plugin, Said, command, on


class DicePlugin(Plugin):
    name = "dice"

    @command("roll", "Roll a die")
    async def roll(self, ctx: Context, sides: int = 6) -> str:
        return str(random.randint(1, sides))

    @command("bet", "Bet on it")
    def bet(self, ctx: Context, name: str, stake: float, loud: bool, note: str | None = None) -> None: ...

    @on(MessageReceived)
    async def hear(self, ctx: Context, event: MessageReceived) -> Said: ...


def register(*plugins: Any) -> str:
    """Return what registration says of plugins that do not fit."""
    with pytest.raises(ExtensionError) as caught:
        HandlerTable(plugins)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def plugin_with(handler: Any, mark: Any = None) -> Plugin:
    mark = mark or command("go", "Go")
    return type("Odd", (Plugin,), {"name": "odd", "go": mark(handler)})()


def test_options_are_read_from_the_signature() -> None:
    table = HandlerTable([DicePlugin()])
    assert table.commands == (
        Command(
            "bet",
            "Bet on it",
            (Option("name"), Option("stake", float), Option("loud", bool), Option("note", str, required=False)),
        ),
        Command("roll", "Roll a die", (Option("sides", int, required=False),)),
    )


def test_a_command_is_found_by_its_name() -> None:
    table = HandlerTable([DicePlugin()])
    found = table.command("roll")
    assert found is not None
    assert (found[0].handler.plugin, found[1]) == ("dice", "")
    assert table.command("Roll", "6") == (found[0], "6")
    assert table.command("rol") is None


class ModelPlugin(Plugin):
    name = "model"

    @command("model status", "Tell which model speaks", permission=Permission.ADMIN, ephemeral=True)
    async def status(self, ctx: Context, detail: str = "") -> None: ...


def test_a_subcommand_is_found_by_its_name_and_by_the_first_argument() -> None:
    table = HandlerTable([ModelPlugin()])
    found = table.command("model status", "all of it")
    assert found is not None
    assert found[0].command == Command(
        "model status", "Tell which model speaks", (Option("detail", str, required=False),), Permission.ADMIN, True
    )
    assert table.command("model", "status all of it") == table.command("Model", "Status  all of it") == found
    assert table.command("model", "") is table.command("model", "stat") is None
    assert table.subcommands("Model") == (found[0].command,)


def test_a_command_has_no_subcommands_and_a_group_of_them_is_no_command() -> None:
    class Other(Plugin):
        name = "other"

        @command("model", "Tell of the model")
        async def model(self, ctx: Context) -> None: ...

    line = "/model can't be a command and have subcommands, as platforms have it"
    assert register(ModelPlugin(), Other()) == f"plugin other, handler model: {line}"
    assert register(Other(), ModelPlugin()) == f"plugin model, handler status: {line}"


def test_a_handler_hears_its_type_and_subtypes_of_events() -> None:
    class Everything(Plugin):
        name = "everything"

        @on(PlatformEvent)
        async def hear_all(self, ctx: Context, event: PlatformEvent) -> Said: ...

    table = HandlerTable([DicePlugin(), Everything()])
    assert [handler.name for handler in table.listening_to(MessageReceived)] == ["hear", "hear_all"]
    assert [handler.name for handler in table.listening_to(CommandInvoked)] == ["hear_all"]


def test_a_command_belongs_to_one_plugin() -> None:
    class Other(DicePlugin):
        name = "other"

    line = register(DicePlugin(), Other())
    assert line == "plugin other, handler roll: /roll already belongs to plugin dice"


def test_two_plugins_of_one_name_are_refused() -> None:
    assert register(DicePlugin(), DicePlugin()) == "two plugins are named dice"


@pytest.mark.parametrize("name", ["", "Dice", "a b", "../x", None, 3])
def test_a_plugin_needs_a_plain_name(name: Any) -> None:
    odd = type("Odd", (Plugin,), {"name": name})()
    assert "set name to a lower-case word" in register(odd)


@pytest.mark.parametrize("name", ["", "Roll", "/roll", "roll me now", "roll  me", "roll ", "r" * 33, "würfel"])
def test_a_command_needs_a_name_every_platform_takes(name: str) -> None:
    async def go(self: Plugin, ctx: Context) -> None: ...

    line = register(plugin_with(go, command(name, "Go")))
    assert line.startswith("plugin odd, handler go: ")
    assert repr(name) in line


def test_a_command_needs_a_description() -> None:
    async def go(self: Plugin, ctx: Context) -> None: ...

    assert register(plugin_with(go, command("go", " "))) == "plugin odd, handler go: /go needs a description"


async def _no_context(self: Any) -> None: ...
async def _no_type(self: Any, ctx: Context, sides) -> None: ...  # pyright: ignore
async def _odd_type(self: Any, ctx: Context, sides: list[int]) -> None: ...
async def _two_types(self: Any, ctx: Context, sides: int | str) -> None: ...
async def _unknown_type(self: Any, ctx: Context, sides: Dragon) -> None: ...  # pyright: ignore # noqa: F821
async def _rest(self: Any, ctx: Context, *sides: int) -> None: ...
async def _named_rest(self: Any, ctx: Context, **sides: int) -> None: ...
async def _keyword(self: Any, ctx: Context, *, sides: int) -> None: ...
async def _odd_name(self: Any, ctx: Context, Sides: int) -> None: ...
async def _yields(self: Any, ctx: Context) -> Any:
    yield "no"


MISFITS: list[tuple[Any, str]] = [
    (_no_context, "argument ctx is missing: write (self, ctx)"),
    (_no_type, "argument sides needs a type: str | int | float | bool"),
    (_odd_type, "argument sides is list[int], which is none of str | int | float | bool"),
    (_two_types, "argument sides is int | str, which is none of str | int | float | bool"),
    (_unknown_type, "its annotations can't be read: name 'Dragon' is not defined"),
    (_rest, "argument *sides: int must be a plain argument"),
    (_named_rest, "argument **sides: int must be a plain argument"),
    (_keyword, "argument sides: int must be a plain argument"),
    (_odd_name, "argument Sides must be named with a-z, 0-9 and _"),
    (_yields, "return what to say instead of yielding it"),
]


@pytest.mark.parametrize(("handler", "complaint"), MISFITS)
def test_a_command_that_does_not_fit_is_refused_by_argument(handler: Any, complaint: str) -> None:
    line = register(plugin_with(handler))
    assert line.replace("'int'", "int") == f"plugin odd, handler go: {complaint}"


async def _no_event(self: Any, ctx: Context) -> None: ...
async def _too_much(self: Any, ctx: Context, event: MessageReceived, more: int) -> None: ...
async def _event(self: Any, ctx: Context, event: MessageReceived) -> None: ...


@pytest.mark.parametrize(
    ("handler", "kind", "complaint"),
    [
        (_no_event, MessageReceived, "argument event is missing: write (self, ctx, event)"),
        (_too_much, MessageReceived, "argument more is one too many: write (self, ctx, event)"),
        (_event, str, "@on takes a kind of PlatformEvent, not <class 'str'>"),
        (_event, "MessageReceived", "@on takes a kind of PlatformEvent, not 'MessageReceived'"),
    ],
)
def test_an_event_handler_that_does_not_fit_is_refused(handler: Any, kind: Any, complaint: str) -> None:
    assert register(plugin_with(handler, on(kind))) == f"plugin odd, handler go: {complaint}"
