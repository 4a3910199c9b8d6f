"""Pages by token: each token is good for the publication it was given out in.

Source: guide apiResponseDataPagination; configuration API 2.5.0 (at most 300 on a page).
"""

from __future__ import annotations

import base64
import json

from sandbox.toast.configuration.of_the_menu import Listed

MOST_ON_A_PAGE = 300


class TokenOutdatedError(Exception):
    """Something was published since the token was given out."""


def page(
    everything: list[Listed], start: int, size: int, since_ms: int | None
) -> tuple[list[Listed], int | None]:
    """One page of what changed after an instant, and where the next one starts, if there is one."""
    chosen = [each for each in everything if since_ms is None or each[0] > since_ms]
    end = start + size
    return chosen[start:end], end if end < len(chosen) else None


def write_token(place: str, kind: str, publication: int, start: int, since_ms: int | None) -> str:
    """A token that says nothing to whoever gets it."""
    content = json.dumps([place, kind, publication, start, since_ms]).encode()
    return base64.urlsafe_b64encode(content).decode()


def read_token(token: str, place: str, kind: str, publication: int) -> tuple[int, int | None]:
    """Where its page starts, and since when things are asked for.

    Raises:
        ValueError: no token, or one of another list.
        TokenOutdatedError: there has been a publication since.
    """
    content = json.loads(base64.urlsafe_b64decode(token.encode()))
    if not isinstance(content, list) or len(content) != 5 or content[:2] != [place, kind]:
        raise ValueError("not a token of this list")
    if content[2] != publication:
        raise TokenOutdatedError
    return int(content[3]), content[4]
