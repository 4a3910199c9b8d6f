"""One POST, the way Toast sends it: two seconds to connect, two to answer, no redirects."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from urllib.parse import urlsplit

# Source: guide apiTimeouts.
TIMEOUT_S = 2.0

Post = Callable[[str, bytes, dict[str, str]], int | None]


def post(url: str, body: bytes, headers: dict[str, str]) -> int | None:
    """The status of the answer, or None when none came in time."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        connection.request("POST", target, body=body, headers=headers)
        with connection.getresponse() as answer:
            answer.read()
            return answer.status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
