"""Whether platforms reach the web."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

from config.settings import settings
from tasks.preflight import Finding, Level

_ANSWER_S = 3.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def findings() -> Iterator[Finding]:
    """The public address, and the webhook doors behind it."""
    url = settings().public_url
    yield of_address(url)
    if url is not None:
        yield _doors(url.rstrip("/"))


def of_address(url: str | None) -> Finding:
    """Platforms deliver to https addresses that they can reach."""
    if url is None or urlsplit(url).hostname in _LOOPBACK:
        return Finding(
            "public address",
            Level.WARN,
            "Only this machine reaches the web: platforms outside can't deliver to it.",
            "Put it behind a proxy with a certificate and set TAXPOYNT_PUBLIC_URL.",
        )
    if not url.startswith("https:"):
        return Finding(
            "public address",
            Level.FAIL,
            f"{url} isn't encrypted: deliveries and sign-ins could be read on the way.",
            "Set TAXPOYNT_PUBLIC_URL to an https address.",
        )
    return Finding("public address", Level.OK, f"Platforms deliver to {url}.")


def _doors(url: str) -> Finding:
    """An address that belongs to nobody must be refused, not fail."""
    status = _status(f"{url}/webhooks/none/none")
    if status is None:
        return Finding("web", Level.WARN, f"Nothing answers at {url}.", "'make up' starts it.")
    if status < 500:
        return Finding("web", Level.OK, f"The webhook addresses at {url} answer.")
    return Finding(
        "web",
        Level.FAIL,
        f"The webhook addresses at {url} answer {status}.",
        "Read web.log in the home's logs; a proxy in between has a log of its own.",
    )


def _status(url: str) -> int | None:
    request = urllib.request.Request(url, data=b"{}", method="POST")  # noqa: S310 - http(s) only
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_S) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None
