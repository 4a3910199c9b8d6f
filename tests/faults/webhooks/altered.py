"""Deliveries other than a platform sends: changed in some way, and signed all the same."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.deliveries import SECRET, Sent

Change = Callable[[dict[str, Any]], None]


def signature(body: bytes, stamp: str | bytes, secret: str = SECRET) -> str:
    """Toast signs the body followed by the timestamp in it."""
    end = stamp if isinstance(stamp, bytes) else stamp.encode()
    digest = hmac.new(secret.encode(), body + end, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def altered(one: Sent, change: Change) -> Sent:
    """A delivery whose envelope is changed before it is signed."""
    envelope = json.loads(one.body)
    change(envelope)
    body = json.dumps(envelope).encode()
    return replace(
        one, event=envelope["guid"], body=body, signature=signature(body, envelope["timestamp"])
    )


def ordered(one: Sent, **fields: Any) -> Sent:
    """A delivery with other fields of its order."""
    return altered(one, lambda envelope: envelope["details"]["order"].update(fields))


def raw(one: Sent, body: bytes, stamp: str | bytes = "") -> Sent:
    """A delivery that is any bytes at all, signed as if they held `stamp`."""
    return replace(one, event=f"raw {one.event}", body=body, signature=signature(body, stamp))


def signed_by(one: Sent, secret: str) -> Sent:
    """The same delivery signed with another secret."""
    stamp = json.loads(one.body)["timestamp"]
    return replace(one, signature=signature(one.body, stamp, secret))
