"""What the suite asks of a platform's stand-in.

Each platform has a module here, named after it: its `opened` yields a `Stand`: a connected
merchant whose platform can be bent. Its `TOLD` are the streams that deliveries tell of. Whatever
isn't in that module is the same for all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode

from flask import Flask

Facts = Mapping[Any, Any]
"""What there is of a stream: by the platform's id, what tells one state of it from another."""


@dataclass(frozen=True)
class Full:
    """A form in which a platform says that a limit is reached, and for how many seconds."""

    name: str
    headers: Mapping[str, str]
    wait_s: float


class Stand(Protocol):
    """A connected merchant at a stand-in, whose time is moved by hand."""

    name: str
    organization_id: int
    connection_id: int
    address: str
    app: Flask
    fulls: Sequence[Full]
    paging: frozenset[str]
    """Query members that say which page is meant."""

    def fill(self, stream: str) -> None:
        """Have more of a stream than one page."""

    def happenings(self, stream: str) -> Mapping[str, Callable[[], None]]:
        """What may happen to a stream's records, in this order; the platform tells of each."""

    def held(self, stream: str) -> Facts:
        """What the platform holds of a stream."""

    def kept(self, stream: str) -> Facts:
        """What our books hold of it."""

    def route(self, stream: str) -> str:
        """Where its calls begin."""

    def is_call(self, path: str) -> bool:
        """Whether a path is one that records are read from."""

    def later(self, seconds: float) -> None:
        """The platform's clock goes on."""

    def fail(self, *rules: Mapping[str, Any]) -> None:
        """Calls fail from now on as the rules say; without any they work again."""

    def fails(self) -> int:
        """How often one did."""

    def revoke(self) -> None:
        """The token that was given out is worth nothing any more."""

    def logins(self) -> int:
        """How many there were."""

    def secrets(self) -> Sequence[str]:
        """What must never be read anywhere: credentials and the token that was given out."""

    def sent(self) -> list[tuple[bytes, Mapping[str, str]]]:
        """The deliveries that the platform made since this was asked last."""

    def apply(self) -> None:
        """What waits in the inbox is applied, and fetched where it is thin."""


Opened = Callable[[], AbstractContextManager[Stand]]


def opened(platform: str) -> Opened:
    """How a platform's stand is opened. Raises: ModuleNotFoundError, when it has none."""
    found: Opened = import_module(f"{__package__}.{platform}").opened
    return found


def told(platform: str) -> Sequence[str]:
    """The streams that its deliveries tell of."""
    found: Sequence[str] = import_module(f"{__package__}.{platform}").TOLD
    return found


@contextmanager
def on_page_one(stand: Stand) -> Iterator[None]:
    """Inside, whichever page is asked for, the first one is answered."""
    inner = stand.app.wsgi_app

    def deaf(environ: Any, start: Any) -> Any:
        asked = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        heard = [(name, value) for name, value in asked if name not in stand.paging]
        return inner({**environ, "QUERY_STRING": urlencode(heard)}, start)

    stand.app.wsgi_app = deaf  # type: ignore[method-assign]
    try:
        yield
    finally:
        stand.app.wsgi_app = inner  # type: ignore[method-assign]


@contextmanager
def answering(stand: Stand, act: Callable[[int], None]) -> Iterator[Callable[[], int]]:
    """Inside, `act` is called with the number of each call before it is answered.

    Yields how many calls there were.
    """
    inner, calls = stand.app.wsgi_app, 0

    def counting(environ: Any, start: Any) -> Any:
        nonlocal calls
        if stand.is_call(environ["PATH_INFO"]):
            calls += 1
            act(calls)
        return inner(environ, start)

    stand.app.wsgi_app = counting  # type: ignore[method-assign]
    try:
        yield lambda: calls
    finally:
        stand.app.wsgi_app = inner  # type: ignore[method-assign]
