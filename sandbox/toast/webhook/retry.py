"""When a message is sent again. Source: guide apiRetrySupport."""

from __future__ import annotations

# Wait before the second and the third attempt; after that the message is dropped.
WAITS_S = (300.0, 600.0)
# Whether a restaurant takes orders can't wait: five tries within a minute, waits that double.
HURRIED_S = (3.0, 6.0, 12.0, 24.0)
HURRIED = "restaurant_availability"


def delivered(status: int | None) -> bool:
    """Whether the receiver took it."""
    return status is not None and 200 <= status < 300


def wait_s(status: int | None, attempt: int, category: str = "") -> float | None:
    """Seconds until the attempt after this one, or None when there is none.

    No answer, 404, 429 and 5xx are tried again; redirects and other 4xx lose the message.
    """
    again = status is None or status in (404, 429) or status >= 500
    waits = HURRIED_S if category == HURRIED else WAITS_S
    if not again or attempt > len(waits):
        return None
    return waits[attempt - 1]
