"""Whether a part answers."""

import socket
import urllib.error
import urllib.request
from collections.abc import Callable

_ANSWER_S = 1.0


def at(url: str) -> Callable[[], bool]:
    """Ready when a GET of `url` succeeds."""

    def check() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=_ANSWER_S) as answer:  # noqa: S310 - ours
                return bool(answer.status < 400)
        except (OSError, urllib.error.URLError):
            return False

    return check


def answers(url: str) -> bool:
    """Whether somebody answers a GET of `url`, whatever it says."""
    try:
        with urllib.request.urlopen(url, timeout=_ANSWER_S):  # noqa: S310 - ours
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def worker(name: str) -> Callable[[], bool]:
    """Ready when the worker of that name on this host answers a ping."""

    def check() -> bool:
        from tasks import app

        node = f"{name}@{socket.gethostname()}"
        return bool(app.control.ping(destination=[node], timeout=_ANSWER_S))

    return check


def once_started() -> bool:
    """For parts that answer nobody: their process runs."""
    return True
