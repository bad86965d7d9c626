"""From an outcome to the rows of its one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from bot.errors import StoreError
from bot.events import Delivery, MessageReceived
from bot.memory import MemoryRef
from bot.store import statements
from bot.store.committer import Write
from bot.store.ids import new_id
from bot.store.outcome import Outcome
from bot.store.reply_extras import encode_extras

_JSON = json.JSONEncoder(ensure_ascii=False)


def outcome_writes(outcome: Outcome, now: datetime) -> list[Write]:
    """Return everything `outcome` changes. Raises StoreError if it can't be stored."""
    writes = [_end_event(outcome, now), *_see(outcome, now)]
    if outcome.forgets is not None:
        writes.append(_reset(outcome, outcome.forgets))
    if outcome.spoken and isinstance(outcome.event, MessageReceived):
        writes.append(_user_turn(outcome, outcome.event))
    if outcome.delivery is not None:
        turn_id = new_id() if outcome.spoken else None
        if turn_id is not None:
            writes.append(_bot_turn(outcome, outcome.delivery, turn_id, now))
        writes += _reply(outcome, outcome.delivery, turn_id, now)
    return writes


def reply_id(nonce: str) -> int:
    """Return the id of the reply with this nonce. Raises StoreError for text that never was one."""
    if not (nonce.isascii() and nonce.isdigit() and len(nonce) <= 19):
        raise StoreError(f"{nonce!r} is no nonce of a stored reply")
    return int(nonce)


def _end_event(outcome: Outcome, now: datetime) -> Write:
    row = {"inbox_id": outcome.inbox_id, "new_status": outcome.status, "now": now}
    return Write(statements.END_EVENT, row, refusal=f"event {outcome.inbox_id} has ended before, or never was taken in")


def _place(outcome: Outcome) -> dict[str, object]:
    conversation = outcome.event.conversation
    return {"platform": conversation.platform, "conversation_id": conversation.conversation_id}


def _see(outcome: Outcome, now: datetime) -> list[Write]:
    author = outcome.event.author
    user = {
        "platform": author.ref.platform,
        "user_id": author.ref.user_id,
        "name": author.name,
        "first_seen": now,
        "last_seen": now,
    }
    conversation = {**_place(outcome), "created_at": now, "last_at": now}
    return [Write(statements.SEE_USER, user), Write(statements.SEE_CONVERSATION, conversation)]


def _reset(outcome: Outcome, memory: MemoryRef) -> Write:
    conversation, member = memory
    up_to = new_id()  # greater than every turn so far, smaller than those of this outcome
    if member is None:
        row = {
            "of_platform": conversation.platform,
            "of_conversation_id": conversation.conversation_id,
            "up_to": up_to,
        }
        return Write(statements.RESET_CONVERSATION, row)
    return Write(statements.RESET_MEMBER, {**_place(outcome), "user_id": member, "turn_id": up_to})


def _user_turn(outcome: Outcome, event: MessageReceived) -> Write:
    row = {
        **_place(outcome),
        "id": new_id(),
        "role": "user",
        "user_id": event.author.ref.user_id,
        "author_name": event.author.name,
        "text": event.text,
        "at": event.at,
        "inbox_id": outcome.inbox_id,
    }
    return Write(statements.ADD_TURN, row)


def _bot_turn(outcome: Outcome, delivery: Delivery, turn_id: int, now: datetime) -> Write:
    row = {
        **_place(outcome),
        "id": turn_id,
        "role": "bot",
        "user_id": outcome.event.author.ref.user_id,
        "author_name": None,
        "text": delivery.reply.text,
        "at": now,
        "inbox_id": outcome.inbox_id,
    }
    return Write(statements.ADD_TURN, row)


def _reply(outcome: Outcome, delivery: Delivery, turn_id: int | None, now: datetime) -> list[Write]:
    id_ = reply_id(delivery.nonce)
    user_id = outcome.event.author.ref.user_id
    reply = {
        **_place(outcome),
        "id": id_,
        "user_id": user_id,
        "inbox_id": outcome.inbox_id,
        "turn_id": turn_id,
        "source": outcome.source,
        "model_version": outcome.model_version,
        "given": _to_json(outcome.given),
    }
    outgoing = {
        "id": id_,
        "platform": delivery.conversation.platform,
        "conversation_id": delivery.conversation.conversation_id,
        "user_id": user_id,
        "text": delivery.reply.text,
        "reply_to": delivery.reply_to,
        "status": "pending",
        "attempts": 0,
        "reason": None,
        "created_at": now,
        "sent_at": None,
        "message_id": None,
        "reply_token": delivery.reply_token,
        "extras": encode_extras(delivery.reply),
    }
    return [Write(statements.ADD_REPLY, reply), Write(statements.ADD_DELIVERY, outgoing)]


def _to_json(given: Mapping[str, object] | None) -> str | None:
    try:
        return None if given is None else _JSON.encode(given)
    except (TypeError, ValueError) as error:
        raise StoreError(f"what a reply was given can't be stored: {error}") from None
