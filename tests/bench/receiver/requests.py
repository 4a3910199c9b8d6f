"""Signed deliveries as they go over the wire, each with an identity of its own."""

import hmac
import json
import time
import uuid
from base64 import b64encode
from urllib.parse import urlsplit

_FORMAT = (
    '{"timestamp":"%s","eventCategory":"order_updated","eventType":"order_updated","guid":"%s",'
    '"details":{"restaurantGuid":"5cd1a0e6-0000-4000-8000-000000000000","order":%s}}'
)


def signed(url: str, secret: str, count: int, size: int) -> list[bytes]:
    """So many requests of `size` bytes of body, as they go over the wire."""
    parts = urlsplit(url)
    at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    padding = json.dumps({"guid": str(uuid.uuid4()), "note": ""})
    empty = len(_FORMAT % (at, uuid.uuid4(), padding))
    order = json.dumps({"guid": str(uuid.uuid4()), "note": "x" * max(0, size - empty)})
    head = (
        f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        "Content-Type: application/json\r\nToast-Event-Category: order_updated\r\n"
        "Content-Length: %d\r\nToast-Signature: %s\r\n\r\n"
    )

    def one() -> bytes:
        body = (_FORMAT % (at, uuid.uuid4(), order)).encode()
        digest = hmac.digest(secret.encode(), body + at.encode(), "sha256")
        return (head % (len(body), b64encode(digest).decode())).encode() + body

    return [one() for _ in range(count)]
