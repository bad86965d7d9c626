"""What discord.py makes of Discord's JSON becomes the events it should."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime
from typing import Any, cast

import discord
import pytest

from adapters.discord.calls import read_options, to_call
from adapters.discord.changes import ALL, to_cleared_reactions, to_membership, to_reaction, to_thread
from adapters.discord.convert import NOBODY, guild_of, to_deletion, to_edit, to_message
from adapters.discord.tokens import ReplyToken
from bot.events import (
    ActionInvoked,
    Attachment,
    Author,
    CommandInvoked,
    ConversationRef,
    MessageReceived,
    UserRef,
)
from tests.simulators import discord_payloads as shape
from tests.simulators.discord_payloads import Json
from tests.simulators.discord_state import World

CASES = int(os.environ.get("TEST_EXAMPLES", "20000")) // 10
ME = 100


class Parser:
    """discord.py without a connection: payloads in, its objects out."""

    def __init__(self) -> None:
        self.world = World()
        self.thread = self.world.open_thread(self.world.general, "thread")
        self.direct = self.world.direct(self.world.ann)
        client = discord.AutoShardedClient(intents=discord.Intents.none(), max_messages=None)
        self.state = cast(Any, client)._connection
        self.state.shard_count = 1
        self.state.user = discord.ClientUser(state=self.state, data=cast(Any, self.world.people[ME]))
        self.guild: discord.Guild = self.state._add_guild_from_data(self.world.guild_payload(self.world.guild_id))

    def message(self, channel: int, text: str = "hello", **about: Any) -> discord.Message:
        payload = self.world.make_message(channel, about.pop("author", self.world.ann), text, **about)
        where, _ = self.state._get_guild_channel(payload)
        return discord.Message(state=self.state, channel=where, data=cast(Any, payload))


@pytest.fixture(scope="module")
def parser() -> Parser:
    return Parser()


def event_of(parser: Parser, channel: int, text: str = "hello", **about: Any) -> MessageReceived:
    event = to_message(parser.message(channel, text, **about), ME)
    assert event is not None
    return event


def test_a_message_in_a_server(parser: Parser) -> None:
    id_ = shape.snowflake()
    event = event_of(parser, parser.world.general, id=id_)
    assert event == MessageReceived(
        at=datetime.fromtimestamp(shape.snowflake_time(id_), UTC),
        update_id=str(id_),
        conversation=ConversationRef("discord", "301"),
        author=Author(UserRef("discord", "201"), "Ann"),
        message_id=str(id_),
        text="hello",
        space=str(parser.world.guild_id),
    )


def test_a_message_in_a_thread_names_its_parent(parser: Parser) -> None:
    event = event_of(parser, parser.thread)
    assert event.conversation == ConversationRef("discord", str(parser.thread))
    assert event.parent == ConversationRef("discord", "301")


def test_a_direct_message_has_no_space(parser: Parser) -> None:
    event = event_of(parser, parser.direct)
    assert (event.is_direct, event.space, event.parent) == (True, None, None)


def test_a_message_in_a_server_that_is_not_known_yet_is_not_a_direct_one(parser: Parser) -> None:
    payload = {**parser.world.make_message(parser.world.general, parser.world.ann, "hello"), "guild_id": "999"}
    channel, _ = parser.state._get_guild_channel(payload)
    message = discord.Message(state=parser.state, channel=channel, data=cast(Any, payload))
    event = to_message(message, ME)
    assert event is not None
    assert (event.is_direct, event.space, guild_of(message)) == (False, "999", 999)


@pytest.mark.parametrize(
    ("text", "read", "mentions"),
    [
        ("<@100> hi", "hi", True),
        ("hi <@!100>", "hi", True),
        ("<@202> hi", "@Bob hi", False),
        ("@everyone", "@everyone", False),
    ],
)
def test_mentions(parser: Parser, text: str, read: str, mentions: bool) -> None:
    event = event_of(parser, parser.world.general, text)
    assert (event.text, event.mentions_me) == (read, mentions)


def test_a_channel_is_called_by_its_name(parser: Parser) -> None:
    assert event_of(parser, parser.world.general, f"in <#{parser.thread}>").text == "in #thread"


def test_the_bots_own_role_is_a_mention_of_the_bot(parser: Parser) -> None:
    role = {**parser.world.guild_payload(parser.world.guild_id)["roles"][0], "id": "55", "name": "familiar"}
    data = cast(Any, {**role, "tags": {"bot_id": "100"}})
    cast(Any, parser.guild)._add_role(discord.Role(guild=parser.guild, state=parser.state, data=data))
    assert event_of(parser, parser.world.general, "<@&55> hi").mentions_me


def test_a_reply_names_what_it_answers_and_whether_that_was_the_bots(parser: Parser) -> None:
    mine = parser.world.say(parser.world.general, "mine", author=ME)
    theirs = parser.world.say(parser.world.general, "theirs", author=parser.world.bob)
    answers = [event_of(parser, parser.world.general, reply_to=id_) for id_ in (mine, theirs, 1)]
    assert [(answer.reply_to, answer.replies_to_me) for answer in answers] == [
        (str(mine), True),
        (str(theirs), False),
        ("1", False),
    ]


def test_what_comes_with_a_message(parser: Parser) -> None:
    kinds = {"a.png": "image/png", "b.mp4": "video/mp4", "c.mp3": "audio/mpeg", "d.bin": None}
    files: list[Json] = [{"filename": name, "content_type": kind, "size": 5} for name, kind in kinds.items()]
    files.append({"filename": "voice.ogg", "content_type": "audio/ogg", "duration_secs": 1.5, "waveform": "AAAA"})
    sticker = {"id": "1", "name": "wave", "format_type": 1}
    event = event_of(parser, parser.world.general, "", attachments=files, sticker_items=[sticker])
    assert event.attachments == (
        Attachment("photo", "a.png", 5),
        Attachment("video", "b.mp4", 5),
        Attachment("audio", "c.mp3", 5),
        Attachment("file", "d.bin", 5),
        Attachment("voice message", "voice.ogg", 1),
        Attachment("sticker", "wave"),
    )


@pytest.mark.parametrize("about", [{"author": 203}, {"author": ME}, {"webhook_id": "9"}, {"type": 7}, {"type": 20}])
def test_what_no_person_wrote_is_nothing(parser: Parser, about: Json) -> None:
    message = parser.message(parser.world.general, edited_timestamp=shape.iso(), **about)
    assert to_message(message, ME) is None


def test_an_edit_is_told_by_its_time(parser: Parser) -> None:
    edited = parser.message(parser.world.general, "<@100> now", edited_timestamp="2026-01-02T03:04:05+00:00")
    event = to_edit(edited, ME)
    assert event is not None
    assert (event.text, event.edited_at) == ("now", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert to_edit(parser.message(parser.world.general), ME) is None
    assert to_edit(parser.message(parser.world.general, author=203, edited_timestamp=shape.iso()), ME) is None


def test_a_deletion_has_no_author() -> None:
    event = to_deletion(1, 2, 3)
    assert (event.message_id, event.update_id, event.author, event.space) == ("1", "delete:1", NOBODY, "3")


def test_reactions_come_and_go_each_as_a_fact_of_its_own(parser: Parser) -> None:
    about: Json = {"user_id": "201", "channel_id": "301", "message_id": "5", "type": 0, "burst": False}
    emoji = discord.PartialEmoji(name="👍")
    raws = [
        discord.RawReactionActionEvent(cast(Any, about), emoji, kind) for kind in ("REACTION_ADD", "REACTION_REMOVE")
    ]
    events = [to_reaction(raw) for raw in (*raws, raws[0])]
    assert [(event.added, event.removed) for event in events] == [(("👍",), ()), ((), ("👍",)), (("👍",), ())]
    assert len({event.update_id for event in events}) == 3
    cleared = to_cleared_reactions(discord.RawReactionClearEvent(cast(Any, about)))
    assert (cleared.removed, cleared.author) == ((ALL,), NOBODY)
    one = to_cleared_reactions(
        discord.RawReactionClearEmojiEvent(cast(Any, about), discord.PartialEmoji(name="cat", id=4))
    )
    assert one.removed == ("cat",)


def test_threads_and_memberships(parser: Parser) -> None:
    thread = parser.guild.get_thread(parser.thread)
    assert thread is not None
    event = to_thread(thread)
    assert (event.conversation.conversation_id, event.update_id) == (str(thread.id), f"thread:{thread.id}")
    assert event.parent == ConversationRef("discord", "301")
    joined = to_membership(parser.guild, "joined")
    assert (joined.change, joined.space, joined.conversation.conversation_id) == ("joined", str(parser.guild.id), "301")


@pytest.mark.parametrize(
    ("data", "name", "options"),
    [
        ({"name": "ping"}, "ping", {}),
        ({"name": "add", "options": [{"name": "a", "type": 4, "value": 1}]}, "add", {"a": "1"}),
        ({"name": "add", "options": [{"name": "b", "type": 5, "value": True}]}, "add", {"b": "true"}),
        ({"name": "model", "options": [{"name": "status", "type": 1}]}, "model status", {}),
        (
            {"name": "m", "options": [{"name": "s", "type": 1, "options": [{"name": "x", "type": 3, "value": "y z"}]}]},
            "m s",
            {"x": "y z"},
        ),
        ({}, "", {}),
    ],
)
def test_options_are_read_as_text(data: Json, name: str, options: dict[str, str]) -> None:
    assert read_options(data) == (name, options)


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize("kind", [2, 3, 5])
def test_interactions(parser: Parser, kind: int, direct: bool) -> None:
    channel = parser.direct if direct else parser.world.general
    payload: Json = {
        "id": str(shape.snowflake()),
        "application_id": "100",
        "type": kind,
        "token": "t",
        "channel": parser.world.channels[channel].payload(parser.world.people),
        "data": {"name": "ping", "type": 1} if kind == 2 else {"custom_id": "one", "components": []},
        **shape.interaction_fields(None if direct else parser.world.guild_id, "201"),
    }
    person = parser.world.people[201]
    payload |= {"user": person} if direct else {"member": shape.member(person, "8"), "guild_id": str(parser.guild.id)}
    parser.state.http._HTTPClient__session = None
    interaction = discord.Interaction[discord.Client](data=cast(Any, payload), state=parser.state)
    token = ReplyToken("command", interaction.id, 100, False, "t")
    event = to_call(interaction, token)
    assert isinstance(event, CommandInvoked if kind == 2 else ActionInvoked)
    assert (event.conversation.conversation_id, event.author.ref.user_id) == (str(channel), "201")
    assert (event.space is None, event.reply_token) == (direct, str(token))


def test_random_messages_are_converted_without_a_fault(parser: Parser) -> None:
    chance = random.Random(7)
    channels = (parser.world.general, parser.thread, parser.direct)
    odd = (
        "<@100>",
        "<@201>",
        "<#302>",
        "<@&7>",
        "\ud800",
        "\0",
        "👩‍👩‍👧",
        "**",
        "```",
        "<:a_b:1>",
        "\u202e",
        "x" * 100,
        "@",
    )
    for number in range(CASES):
        text = "".join(chance.choices(odd, k=chance.randrange(12)))
        about: Json = {"type": chance.choice((0, 0, 19, 6, 21, 255)), "flags": chance.choice((0, 64, 1 << 13, 1 << 30))}
        about["attachments"] = [{"filename": text[:9], "size": number}] * chance.randrange(3)
        event = to_message(parser.message(chance.choice(channels), text, **about), ME)
        assert event is None or event.update_id.isdecimal()
