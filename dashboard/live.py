"""Live parts: a stream that sends a rendered fragment whenever what it shows has changed.

A stream holds a thread of the server for as long as it is open. So it ends by itself after a
while, and beyond a number of them a reader gets the fragment once and asks again later.
"""

import threading
from collections.abc import Callable, Iterator

from flask import Blueprint, Response, abort, request, stream_with_context
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from config import clock
from config.errors import TransientError
from dashboard import fragments
from dashboard.access import Visitor, visitor
from dashboard.pages.asked import Args
from dashboard.seats import Seats
from dashboard.security import harden
from models.session import unit_of_work

blueprint = Blueprint("live", __name__, template_folder="templates")
blueprint.after_request(harden)

# Of the server's threads; the others stay free for pages and webhooks.
MOST_STREAMS = 6
LASTS_S = 25.0
_EVERY_S = 1.0
_AGAIN_SOON = "retry: 1000\n\n"
_AGAIN_LATER = "retry: 5000\n\n"

seats = Seats(MOST_STREAMS, clock.monotonic)

# What changed since a pulse: the new pulse and the fragment, or None.
Look = Callable[[str | None], tuple[str, str] | None]


@blueprint.get("/live/<name>")
def stream(name: str) -> ResponseReturnValue:
    """The live part of a page; the query is the page's own, `seen` the pulse it was drawn at."""
    if name not in fragments.NAMES:
        abort(404)
    with unit_of_work() as database:
        found = visitor(database, clock.now(), renew=False)
    if found is None:
        # This status tells a browser to stop asking.
        return Response(status=204)
    seen = request.headers.get("Last-Event-ID") or request.args.get("seen")
    args = MultiDict(request.args)
    # Once a stream has begun, nothing can be refused any more.
    fragments.check(name, args)
    look = _look(name, found, args)
    seat = seats.take(LASTS_S + 5)
    if seat is None:
        return _events(_once(look, seen))
    response = _events(stream_with_context(_follow(look, seen, threading.Event().wait)))
    response.call_on_close(lambda: seats.give_back(seat))
    return response


def _look(name: str, found: Visitor, args: Args) -> Look:
    def look(seen: str | None) -> tuple[str, str] | None:
        with unit_of_work() as database:
            return fragments.if_changed(name, database, found, args, seen)

    return look


def _once(look: Look, seen: str | None) -> Iterator[str]:
    change = look(seen)
    text = _AGAIN_LATER + (_message(*change) if change else "")
    return iter((text,))


def _follow(look: Look, seen: str | None, pause: Callable[[float], object]) -> Iterator[str]:
    ends = clock.monotonic() + LASTS_S
    yield _AGAIN_SOON
    try:
        while clock.monotonic() < ends:
            change = look(seen)
            if change:
                seen = change[0]
            # A comment shows whether the reader is still there.
            yield _message(*change) if change else ":\n\n"
            pause(_EVERY_S)
    except TransientError:
        yield _AGAIN_LATER


def _message(pulse: str, fragment: str) -> str:
    data = "".join(f"data: {line}\n" for line in fragment.splitlines())
    return f"id: {pulse}\n{data}\n"


def _events(parts: Iterator[str]) -> Response:
    response = Response(parts, mimetype="text/event-stream")
    # A proxy that collects before it passes on would hold the changes back.
    response.headers["X-Accel-Buffering"] = "no"
    return response
