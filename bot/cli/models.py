"""`familiar model`: the registered models and which of them speaks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.model_host import ModelShelf

group = typer.Typer(
    name="model",
    help="See models and choose which one speaks.",
    rich_markup_mode=None,
    epilog="Example: familiar model list",
)


@group.command("list", epilog="Example: familiar model list")
def show_all() -> None:
    """List the registered versions and the starter that ships."""
    from bot.cli.tables import print_table

    shelf = _shelf()
    starter = shelf.find("starter")
    registered = [(model.name, ", ".join(sorted(model.aliases)), str(model.folder)) for model in shelf.versions()]
    print_table(("version", "alias", "folder"), [*registered, (starter.version, "starter", str(starter.path))])


@group.command(epilog="Example: familiar model show champion")
def show(
    version: Annotated[str | None, typer.Argument(help="A version, an alias or a folder; none: what speaks.")] = None,
) -> None:
    """Show a model's card.

    It tells what the model is, what it was trained on and how it measures.
    """
    model = _shelf().find(version)
    print(f"{model.version} in {model.path}\n")
    print((model.path / "card.md").read_text("utf-8").strip())


@group.command(epilog="Example: familiar model verify champion")
def verify(
    version: Annotated[str | None, typer.Argument(help="A version, an alias or a folder; none: what speaks.")] = None,
) -> None:
    """Check every file of a model against its manifest."""
    model = _shelf().verify(version)
    print(f"{model.version}: every file is as its manifest says")


@group.command(epilog="Example: familiar model promote runs/voice/best")
def promote(
    version: Annotated[str, typer.Argument(help="A registered version, or a checkpoint folder to register first.")],
) -> None:
    """Make a version the champion, which speaks.

    It does so from the next start on. The champion before it stays at hand as `previous`.
    """
    shelf = _shelf()
    if Path(version).is_dir():
        version = shelf.add(Path(version))
    shelf.promote(version)
    print(f"{version} is the champion")


@group.command(epilog="Example: familiar model rollback")
def rollback() -> None:
    """Make the previous champion the champion again."""
    print(f"{_shelf().rollback()} is the champion again")


def find_folder(model: str | None) -> Path:
    """The folder of a version, an alias or a folder; none: what speaks. Raises ModelUnavailableError."""
    return _shelf().find(model).path


def _shelf() -> ModelShelf:
    from bot.model_host import ModelShelf
    from bot.settings import load_settings

    return ModelShelf(load_settings())
