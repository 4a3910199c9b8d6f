"""When a message is sent again. Source: guide apiRetrySupport."""

from __future__ import annotations

# Wait before the second and the third attempt; after that the message is dropped.
WAITS_S = (300.0, 600.0)


def delivered(status: int | None) -> bool:
    """Whether the receiver took it."""
    return status is not None and 200 <= status < 300


def wait_s(status: int | None, attempt: int) -> float | None:
    """Seconds until the attempt after this one, or None when there is none.

    No answer, 404, 429 and 5xx are tried again; redirects and other 4xx lose the message.
    """
    again = status is None or status in (404, 429) or status >= 500
    if not again or attempt > len(WAITS_S):
        return None
    return WAITS_S[attempt - 1]
