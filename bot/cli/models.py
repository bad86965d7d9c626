"""`familiar model`: the registered models and which of them speaks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.model_host import ModelShelf

group = typer.Typer(
    name="model",
    help="See the models, check them, and choose which one speaks.",
    rich_markup_mode=None,
    epilog="Example: familiar model list",
)


@group.command("list", epilog="Example: familiar model list")
def show_all() -> None:
    """List the registered versions and the aliases that point to them."""
    from bot.cli.tables import print_table

    rows = [(model.name, ", ".join(sorted(model.aliases)), str(model.folder)) for model in _shelf().versions()]
    print_table(("version", "alias", "folder"), rows)


@group.command(epilog="Example: familiar model show champion")
def show(
    version: Annotated[str | None, typer.Argument(help="A version, an alias or a folder; none: what speaks.")] = None,
) -> None:
    """Show a model's card: what it is, what it was trained on, how it measures."""
    folder = _shelf().find(version)
    print((folder.path / "card.md").read_text("utf-8").strip())


@group.command(epilog="Example: familiar model verify champion")
def verify(
    version: Annotated[str | None, typer.Argument(help="A version, an alias or a folder; none: what speaks.")] = None,
) -> None:
    """Check every file of a model against the sums in its manifest."""
    shelf = _shelf()
    folder = shelf.find(version)
    shelf.verify(version or folder.version)
    print(f"{folder.version}: every file is as its manifest says")


@group.command(epilog="Example: familiar model promote runs/voice/best")
def promote(
    version: Annotated[str, typer.Argument(help="A registered version, or a checkpoint folder to register first.")],
) -> None:
    """Make a version the champion: it speaks from the next start on."""
    shelf = _shelf()
    if Path(version).is_dir():
        version = shelf.add(Path(version))
    shelf.promote(version)
    print(f"{version} is the champion")


@group.command(epilog="Example: familiar model rollback")
def rollback() -> None:
    """Make the champion before this one the champion again."""
    shelf = _shelf()
    shelf.rollback()
    print(f"{shelf.aliases()['champion']} is the champion again")


def find_folder(model: str | None) -> Path:
    """The folder of a version, an alias or a folder; none: what speaks. Raises ModelUnavailableError."""
    return _shelf().find(model).path


def _shelf() -> ModelShelf:
    from bot.model_host import ModelShelf
    from bot.settings import load_settings

    return ModelShelf(load_settings())
