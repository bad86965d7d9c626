"""`familiar check`: looks at everything that serving needs, and changes nothing but to create the home folder.

Adapters try their platforms with the tokens that are set.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import typer

from bot.errors import FamiliarError

if TYPE_CHECKING:
    from bot.adapter import Adapter, Finding
    from bot.settings import Settings

PATIENCE = 20.0
"""Seconds a platform has to answer."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to look at. `look` says what it found, in a few words or one by one, or raises FamiliarError."""

    name: str
    look: Callable[[], str | Sequence[Finding]]


def check() -> None:
    """See whether everything is in order.

    Settings, home, database, adapters, plugins and model each get a line that says ok, or what is wrong and what to do.
    """
    from bot.settings import find_file, load_settings

    settings = load_settings()
    print(f"ok     settings: {find_file() or 'no familiar.toml, so defaults and the environment'}")
    wrong = sum(not _passes(probe) for probe in probes(settings))
    if wrong:
        print(f"familiar: {wrong} of the things above {'is' if wrong == 1 else 'are'} wrong", file=sys.stderr)
        raise typer.Exit(2)


def probes(settings: Settings) -> Iterator[Probe]:
    """What there is to look at with these settings."""
    yield Probe("home", lambda: _look_at_home(settings))
    yield Probe("database", lambda: _look_at_database(settings))
    for name in settings.served:
        yield Probe(f"adapter {name}", lambda name=name: _look_at_adapter(settings, name))
    for count, name in enumerate(settings.plugins, 1):
        yield Probe(f"plugin {name}", lambda count=count: _look_at_plugins(settings, settings.plugins[:count]))
    yield Probe("model", lambda: _look_at_model(settings))


def _passes(probe: Probe) -> bool:
    from bot.adapter import Finding

    try:
        found = probe.look()
    except FamiliarError as error:
        found = [Finding(False, str(error))]
    findings = [Finding(True, found)] if isinstance(found, str) else found
    for finding in findings:
        print(f"{'ok   ' if finding.ok else 'wrong'}  {probe.name}: {' '.join(finding.text.split())}")
    return all(finding.ok for finding in findings)


def _look_at_home(settings: Settings) -> str:
    from bot.errors import HomeUnusableError
    from bot.settings import make_home

    home = make_home(settings)
    try:
        with TemporaryFile(dir=home) as file:
            file.write(b"can be written")
    except OSError as error:  # a full disk, a file system that is read-only
        raise HomeUnusableError(home, error.strerror or str(error)) from None
    return str(home)


def _look_at_database(settings: Settings) -> str:
    from bot.store import schema
    from bot.store.engines import find_database
    from bot.store.sqlite_file import read_revision

    _, path = find_database(settings.database)
    if not path.exists():
        return "none yet, the first start creates it"
    revision = read_revision(path, "full")
    schema.require_known(revision, path)
    if revision != schema.HEAD:
        return f"schema {revision}, the next start brings it to {schema.HEAD}"
    schema.upgrade(settings.database)  # nothing to upgrade: it only sees that the database can be written
    return f"{path}, schema {revision}"


def _look_at_adapter(settings: Settings, name: str) -> str | Sequence[Finding]:
    import asyncio

    from bot.extensions import load_adapters

    [adapter] = load_adapters(settings, [name])
    return asyncio.run(_try_platform(adapter)) or type(adapter).__module__


async def _try_platform(adapter: Adapter) -> Sequence[Finding]:
    """Have an adapter try its platform, whatever that does."""
    import asyncio

    from bot.adapter import Finding

    try:
        async with asyncio.timeout(PATIENCE):
            return await adapter.check()
    except FamiliarError:
        raise
    except TimeoutError:
        return [Finding(False, f"no answer within {PATIENCE:g} seconds: is the network up?")]
    except Exception as error:  # whatever an adapter's library raises
        return [Finding(False, f"can't be tried: {type(error).__name__}")]
    finally:
        await adapter.aclose()


def _look_at_plugins(settings: Settings, names: tuple[str, ...]) -> str:
    """Look at the last of them beside those before it, for two may want the same command."""
    from bot.extensions import load_plugins
    from bot.handlers import HandlerTable

    plugins = load_plugins(settings.model_copy(update={"plugins": names}))
    HandlerTable(plugins)
    return plugins[-1].description or type(plugins[-1]).__module__


def _look_at_model(settings: Settings) -> str:
    from bot.model_host import ModelShelf

    model = ModelShelf(settings).verify(settings.model.version)
    return f"{model.version}, every file is as its manifest says"
