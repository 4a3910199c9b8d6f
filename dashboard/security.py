"""Headers that keep a page to itself: nothing inline, nothing from elsewhere, in nobody's frame."""

from typing import TypeVar

from flask import Response, request

# A form of ours is a few hundred bytes.
MOST_FORM_BYTES = 16 * 1024

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # A one-time link must not travel to another site in a Referer.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

R = TypeVar("R", bound=Response)


def harden(response: R) -> R:
    """Add the headers that `response` doesn't set itself."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def limit_form() -> None:
    """Refuse a body larger than any form of ours, before it is read."""
    request.max_content_length = MOST_FORM_BYTES
