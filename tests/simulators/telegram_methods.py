"""The methods of the simulated Bot API: what they ask for, what they do, and what they refuse in which words."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.simulators.telegram_payloads import LONGEST_TEXT, Json, Unparsable, find_entities, now, parse, units
from tests.simulators.telegram_state import ME, Chat, Refused, Webhook, World

Method = Callable[[World, Mapping[str, str]], Any]

CONFLICT_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
CONFLICT_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
ACTIONS = frozenset({"typing", "upload_photo", "record_voice", "upload_voice", "upload_document", "choose_sticker"})


async def call(world: World, name: str, given: Mapping[str, str]) -> Any:
    """Do what a method does and return its result. Raises Refused."""
    method = METHODS.get(name)
    if method is None:
        raise Refused(404, "Not Found: method not found")
    return await get_updates(world, given) if method is get_updates else method(world, given)


def get_me(world: World, _given: Mapping[str, str]) -> Json:
    more = {"can_join_groups": True, "can_read_all_group_messages": world.reads_everything}
    return world.me | more | {"supports_inline_queries": False, "can_connect_to_business": False}


async def get_updates(world: World, given: Mapping[str, str]) -> list[Json]:
    """Long polling: the newest poll ends an older one."""
    if world.webhook:
        raise Refused(409, CONFLICT_WEBHOOK)
    world.allowed = _json(given, "allowed_updates", world.allowed)
    world.confirm(int(given.get("offset", 0)))
    mine = world.polls = world.polls + 1
    world.happened()

    def is_over() -> bool:
        return bool(world.updates) or world.polls != mine or world.token is None

    try:
        await world.until(is_over, float(given.get("timeout", 0)) + 0.001)
    except TimeoutError:
        return []
    if world.token is None:
        raise Refused(401, "Unauthorized")
    if world.polls != mine:
        raise Refused(409, CONFLICT_POLL)
    return world.updates[: int(given.get("limit", 100))]


def set_webhook(world: World, given: Mapping[str, str]) -> bool:
    url, secret = given.get("url", ""), given.get("secret_token", "")
    if not url:
        return delete_webhook(world, given)
    if urlsplit(url).scheme != "https" and not _is_loopback(urlsplit(url).hostname):
        raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if not re.fullmatch(r"[\w-]{0,256}", secret, re.ASCII):
        raise Refused(400, "Bad Request: secret token contains unallowed characters")
    world.allowed = _json(given, "allowed_updates", world.allowed)
    world.webhook = Webhook(url, secret)
    world.happened()
    return True


def delete_webhook(world: World, _given: Mapping[str, str]) -> bool:
    world.webhook = None
    return True


def get_webhook_info(world: World, _given: Mapping[str, str]) -> Json:
    hook = world.webhook or Webhook("", "")
    about: Json = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": len(world.updates)}
    return about | ({"last_error_message": hook.last_error, "last_error_date": now()} if hook.last_error else {})


def send_message(world: World, given: Mapping[str, str]) -> Json:
    chat = _find_chat(world, given)
    about = _read_text(given) | _read_markup(given)
    topic = _read_topic(chat, given)
    reply: Json = _json(given, "reply_parameters", {})
    target = reply.get("message_id")
    if target is not None and target not in chat.messages:
        if not reply.get("allow_sending_without_reply"):
            raise Refused(400, "Bad Request: message to be replied not found")
        target = None
    world.count_send(chat)
    text = about.pop("text")
    return world.make_message(chat.id, text, ME, reply_to=target, topic=topic, **about)


def edit_message_text(world: World, given: Mapping[str, str]) -> Json:
    chat = _find_chat(world, given)
    message = chat.messages.get(int(given.get("message_id", 0)))
    if message is None:
        raise Refused(400, "Bad Request: message to edit not found")
    if message["from"]["id"] != ME:
        raise Refused(400, "Bad Request: message can't be edited")
    about = _read_text(given) | _read_markup(given)
    if about["text"] == message["text"] and about.get("reply_markup") == message.get("reply_markup"):
        raise Refused(400, NOT_MODIFIED)
    message |= about | {"edit_date": now(), "entities": find_entities(about["text"])}
    return message


def send_chat_action(world: World, given: Mapping[str, str]) -> bool:
    chat = _find_chat(world, given)
    if given.get("action") not in ACTIONS:
        raise Refused(400, "Bad Request: wrong parameter action in request")
    world.typing.append((chat.id, _read_topic(chat, given)))
    return True


def answer_callback_query(world: World, given: Mapping[str, str]) -> bool:
    id_, text = given.get("callback_query_id", ""), given.get("text", "")
    if world.callbacks.get(id_) != "open":
        raise Refused(400, TOO_OLD)
    if len(text) > 200:
        raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
    world.callbacks[id_] = "answered"
    world.answers[id_] = text
    return True


def set_my_commands(world: World, given: Mapping[str, str]) -> bool:
    commands: list[Json] = _json(given, "commands", [])
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise Refused(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    if len(commands) > 100:
        raise Refused(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    world.commands[str(_json(given, "scope", {"type": "default"})["type"])] = commands
    return True


def set_message_reaction(world: World, given: Mapping[str, str]) -> bool:
    chat = _find_chat(world, given)
    if int(given.get("message_id", 0)) not in chat.messages:
        raise Refused(400, "Bad Request: message to react not found")
    if any(reaction["type"] != "emoji" for reaction in _json(given, "reaction", [])):
        raise Refused(400, "Bad Request: REACTION_INVALID")
    return True


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "editMessageText": edit_message_text,
    "sendChatAction": send_chat_action,
    "answerCallbackQuery": answer_callback_query,
    "setMyCommands": set_my_commands,
    "setMessageReaction": set_message_reaction,
}


def _json(given: Mapping[str, str], name: str, default: Any) -> Any:
    if name not in given:
        return default
    try:
        return json.loads(given[name])
    except ValueError:
        raise Refused(400, f"Bad Request: can't parse {name} JSON object") from None


def _find_chat(world: World, given: Mapping[str, str]) -> Chat:
    if not given.get("chat_id"):
        raise Refused(400, "Bad Request: chat_id is empty")
    if not re.fullmatch(r"-?\d+", given["chat_id"]):
        raise Refused(400, "Bad Request: chat not found")
    return world.find_chat(int(given["chat_id"]))


def _read_text(given: Mapping[str, str]) -> Json:
    try:
        text = parse(given.get("text", ""), given.get("parse_mode")).strip()
    except Unparsable as error:
        raise Refused(400, f"Bad Request: {error}") from None
    if not text:
        raise Refused(400, "Bad Request: message text is empty")
    if units(text) > LONGEST_TEXT:
        raise Refused(400, "Bad Request: message is too long")
    return {"text": text}


def _read_markup(given: Mapping[str, str]) -> Json:
    markup: Json | None = _json(given, "reply_markup", None)
    if markup is None:
        return {}
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
            if not button.get("text"):
                raise Refused(400, "Bad Request: inline keyboard button text must be non-empty")
    return {"reply_markup": markup}


def _read_topic(chat: Chat, given: Mapping[str, str]) -> int | None:
    topic = int(given["message_thread_id"]) if "message_thread_id" in given else None
    if topic is not None and topic not in chat.topics:
        raise Refused(400, "Bad Request: message thread not found")
    return topic


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"
