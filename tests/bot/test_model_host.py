from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import ModelUnavailableError
from bot.model_host import FALLBACK, ModelHost, ModelShelf
from bot.plugin import Turn
from bot.settings import ModelSettings, Settings
from bot.testing import FakeGenerator
from brain.errors import CheckpointError
from brain.reply import GeneratedReply, ReplyGenerator, ReplyRequest

HELLO = [Turn("Ann", "hello")]


class Endless:
    """Speaks until it is told to stop, as a network does that repeats itself."""

    def __init__(self) -> None:
        self.warmed = False
        self.stopped = threading.Event()

    def reply(self, request: ReplyRequest, on_text: Callable[[str], bool] | None = None) -> GeneratedReply:
        if self.warmed:
            while on_text is not None and on_text("and"):
                self.stopped.wait(0.001)
            self.stopped.set()
        self.warmed = True
        return GeneratedReply("and")


class Breaks:
    """Works while it is warmed and no longer."""

    def __init__(self) -> None:
        self.calls = 0

    def reply(self, request: ReplyRequest, on_text: Callable[[str], bool] | None = None) -> GeneratedReply:
        self.calls += 1
        if self.calls > 1:
            raise RuntimeError("out of memory")
        return GeneratedReply("hello")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "two", "damaged"):
        (tmp_path / name).mkdir()
    return tmp_path


def load_by_name(folder: Path) -> ReplyGenerator:
    if folder.name == "damaged":
        raise CheckpointError("weights.safetensors has another hash than its manifest says")
    return FakeGenerator(f"I am {folder.name}")


@asynccontextmanager
async def host(
    folder: Path,
    load: Callable[[Path], ReplyGenerator] = load_by_name,
    *,
    name: str = "one",
    deadline: float = 20.0,
    reloads: list[tuple[str, str | None]] | None = None,
) -> AsyncGenerator[ModelHost]:
    async def note(version: str, previous: str | None) -> None:
        if reloads is not None:
            reloads.append((version, previous))

    settings = ModelSettings(version=str(folder / name), deadline_seconds=deadline)
    shelf = ModelShelf(Settings(home=folder))
    model = ModelHost(settings, shelf, load=load, on_reload=note)
    model.start()
    try:
        yield model
    finally:
        await model.aclose()


async def test_a_reply_waits_for_the_model_to_load_and_nobody_else_does(folder: Path) -> None:
    gate = threading.Event()

    def load(_folder: Path) -> ReplyGenerator:
        gate.wait(10)
        return FakeGenerator("Hello.")

    async with host(folder, load) as model:
        reply = asyncio.create_task(model.reply(HELLO, ()))
        await asyncio.sleep(0)
        assert model.version is None
        gate.set()
        said = await reply
    assert (said.text, said.source, said.version) == ("Hello.", "brain", "one")


async def test_the_network_gets_turns_and_persona(folder: Path) -> None:
    network = FakeGenerator()
    async with host(folder, lambda _folder: network) as model:
        await model.reply([Turn(None, "Hi."), Turn("Ann", "hello")], ("I am a test.",))
    request = network.requests[-1]
    assert [(turn.speaker, turn.text) for turn in request.turns] == [("bot", "Hi."), ("user", "hello")]
    assert request.persona == ("I am a test.",)


async def test_the_growing_text_comes_on_the_loop(folder: Path) -> None:
    seen: list[tuple[str, bool]] = []
    loop_thread = threading.get_ident()

    def note(text: str) -> None:
        seen.append((text, threading.get_ident() == loop_thread))

    async with host(folder, lambda _folder: FakeGenerator("a b c")) as model:
        await model.reply(HELLO, (), note)
    assert set(seen) <= {("a", True), ("a b", True)}


async def test_past_the_deadline_the_fallback_is_said_and_the_worker_is_free(folder: Path) -> None:
    network = Endless()
    async with host(folder, lambda _folder: network, deadline=0.02) as model:
        await model.wait_until_loaded()
        reply = await model.reply(HELLO, ())
        assert (reply.text, reply.source, reply.version) == (FALLBACK, "fallback", None)
        assert await asyncio.to_thread(network.stopped.wait, 10)


async def test_who_waits_in_the_queue_past_the_deadline_gets_the_fallback_too(folder: Path) -> None:
    network = Endless()
    async with host(folder, lambda _folder: network, deadline=0.02) as model:
        replies = await asyncio.gather(*(model.reply(HELLO, ()) for _ in range(5)))
    assert {reply.source for reply in replies} == {"fallback"}


async def test_a_failing_network_is_replaced_by_the_fallback(folder: Path) -> None:
    async with host(folder, lambda _folder: Breaks()) as model:
        assert (await model.reply(HELLO, ())).source == "fallback"


async def test_an_empty_reply_is_replaced_by_the_fallback(folder: Path) -> None:
    async with host(folder, lambda _folder: FakeGenerator(" ")) as model:
        assert (await model.reply(HELLO, ())).source == "fallback"


async def test_a_model_that_does_not_load_at_the_start_is_named_to_whoever_asks(folder: Path) -> None:
    async with host(folder, name="damaged") as model:
        for _ in range(2):
            with pytest.raises(ModelUnavailableError, match="another hash"):
                await model.reply(HELLO, ())


async def test_any_failure_to_load_is_one_line(folder: Path) -> None:
    def load(_folder: Path) -> ReplyGenerator:
        raise ValueError("two\nlines")

    async with host(folder, load) as model:
        with pytest.raises(ModelUnavailableError) as caught:
            await model.wait_until_loaded()
    assert str(caught.value) == f"the model in {folder / 'one'} does not load: ValueError: two lines"


async def test_a_swap_under_load_loses_and_mixes_nothing(folder: Path) -> None:
    async with host(folder) as model:
        await model.wait_until_loaded()

        async def talk() -> list[tuple[str, str | None]]:
            replies = [await model.reply(HELLO, ()) for _ in range(30)]
            return [(reply.text, reply.version) for reply in replies]

        talks = [asyncio.create_task(talk()) for _ in range(8)]
        for name in ("two", "one") * 5:
            await model.swap(str(folder / name))
        said = [pair for talk in talks for pair in await talk]
    assert len(said) == 240
    assert set(said) <= {("I am one", "one"), ("I am two", "two")}


async def test_a_failing_swap_keeps_the_model_that_speaks(folder: Path) -> None:
    reloads: list[tuple[str, str | None]] = []
    async with host(folder, reloads=reloads) as model:
        await model.wait_until_loaded()
        for name in ("damaged", "missing"):
            with pytest.raises(ModelUnavailableError):
                await model.swap(str(folder / name))
        assert (await model.reply(HELLO, ())).version == "one"
    assert reloads == [("one", None)]


async def test_rolling_back_is_at_once_and_can_be_undone(folder: Path) -> None:
    reloads: list[tuple[str, str | None]] = []
    async with host(folder, reloads=reloads) as model:
        await model.wait_until_loaded()
        assert await model.swap(str(folder / "two")) == "two"
        assert await model.rollback() == "one"
        assert (await model.reply(HELLO, ())).text == "I am one"
        assert await model.rollback() == "two"
    assert reloads == [("one", None), ("two", "one"), ("one", "two"), ("two", "one")]


async def test_rolling_back_without_a_previous_model_is_refused(folder: Path) -> None:
    async with host(folder) as model:
        await model.wait_until_loaded()
        with pytest.raises(ModelUnavailableError, match="no model before one"):
            await model.rollback()
        assert model.version == "one"


async def test_closing_while_it_loads_ends_at_once(folder: Path) -> None:
    gate = threading.Event()

    def load(_folder: Path) -> ReplyGenerator:
        gate.wait(10)
        return FakeGenerator()

    async with host(folder, load):
        pass
    gate.set()
