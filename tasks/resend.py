"""Sends dead messages again: a worker judges them, for it knows what this release understands.

What can't be sent again says why in its row. Sending twice is as good as once: every task may run
twice.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from config.errors import Fault
from config.logging import logger
from models import dead_message
from models.session import unit_of_work
from tasks import app, fitness, ring

log = logger(__name__)


@app.task(name="resend.message")
def message(*, message_id: int) -> dict[str, str | None]:
    """Send one again that waits; one that is settled stays so."""
    for row in _waiting([message_id]):
        fault = again(row)
        return {"refused": fault.code if fault else None}
    return {"refused": None}


def again(row: Mapping[str, Any]) -> Fault | None:
    """Send a row's message again, or say why not; either way the row says what became of it."""
    fault = _send(row)
    with unit_of_work() as session:
        if fault is None:
            dead_message.settle(session, [row["id"]], dead_message.RETRIED)
        else:
            dead_message.refuse(session, row["id"], fault)
    log.info("dead message", message_id=row["id"], refused=fault.code if fault else None)
    return fault


def _waiting(ids: list[int]) -> list[Mapping[str, Any]]:
    with unit_of_work() as session:
        return [dict(row) for row in dead_message.waiting(session, ids)]


def _send(row: Mapping[str, Any]) -> Fault | None:
    try:
        name, kwargs = _asked(row)
    except Fault as unfit:
        return unfit
    if ring.task(name, **kwargs):
        return None
    return Fault(
        "broker.away",
        "The broker didn't take it just now.",
        next_step="'taxpoynt doctor' says more; try it again afterwards.",
    )


def _asked(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The task and its arguments. Raises: Unfit."""
    app.loader.import_default_modules()
    body = bytes(row["body"])
    if len(body) < row["size"]:
        raise fitness.Unfit(
            "message.too_large",
            f"Of its {row['size']} bytes only the first {len(body)} were kept.",
            next_step="What is stored is swept up by itself. Dismiss this message.",
        )
    if unfit := fitness.enveloped(body):
        raise unfit
    found = json.loads(body)
    head = fitness.head(found["headers"])
    try:
        encoded = found["properties"].get("body_encoding")
        payload = json.loads(base64.b64decode(found["body"]) if encoded else found["body"])
    except (ValueError, RecursionError) as error:
        raise fitness.unreadable(error) from error
    fitness.check(head.task, payload)
    return head.task, payload[1]
