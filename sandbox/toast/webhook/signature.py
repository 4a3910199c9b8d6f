"""How a message proves where it comes from. Source: guide apiMessageSigning."""

from __future__ import annotations

import base64
import hashlib
import hmac


def sign(body: bytes, timestamp: str, secret: str) -> str:
    """Base64 of the HMAC-SHA256 over the raw body followed by its own timestamp."""
    mac = hmac.new(secret.encode(), body + timestamp.encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()
