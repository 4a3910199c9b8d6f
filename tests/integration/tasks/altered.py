"""Deliveries of a till, altered."""

import json
from dataclasses import replace
from typing import Any

from sandbox.toast.webhook.message import Message


def changed(message: Message, **order: Any) -> Message:
    body = json.loads(message.body)
    body["details"]["order"].update(order)
    return replace(message, body=json.dumps(body).encode())


def with_amount(message: Message, text_: str) -> Message:
    body = json.loads(message.body)
    body["details"]["order"]["checks"][0]["selections"][0]["price"] = "HERE"
    return replace(message, body=json.dumps(body).replace('"HERE"', text_).encode())


def thin_one(message: Message, guid: str | None = None) -> Message:
    body = json.loads(message.body)
    body["details"]["order"] = {"guid": guid or message.subject}
    return replace(message, body=json.dumps(body).encode())
