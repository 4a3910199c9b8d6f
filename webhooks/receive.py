"""The door: a delivery is answered 2xx only after its raw body is committed, once.

Nothing in here waits for the broker, and nothing judges the content: what is authentic is stored
and understood later. Trouble of our own is answered 503, which platforms send again; a 4xx would
make them drop the delivery for good.

This is the door under any WSGI server. `taxpoynt web` reads deliveries on a loop and stores those
that come together in groups (`cli/serving/edge.py`), by the same judgement and the same words.
"""

from flask import Blueprint, Response, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from connectors.base.contract import Delivery
from models import deadline, inbox
from models.session import unit_of_work
from tasks import ring
from webhooks import replies
from webhooks.judging import judged
from webhooks.replies import Reply

door = Blueprint("webhooks", __name__)

MAX_BODY = 1024 * 1024
TOO_LARGE = "A delivery may hold 1 MiB at most."
# A platform gives its webhook two seconds in all; this is the database's share of them.
DATABASE_S = 1.5


@door.post("/webhooks/<platform>/<key>")
def receive(platform: str, key: str) -> Response:
    """Take in one delivery of a platform.

    Answers 202 stored (or stored before), 401 not authentic, 404 unknown address, 413 too large,
    503 not stored: send it again.
    """
    try:
        # Read first: a sender's slow line is no fault of the database.
        delivery = Delivery({k.lower(): v for k, v in request.headers.items()}, _body())
        with deadline.within(DATABASE_S):
            reply = _taken_in(platform, key, delivery)
    except RequestEntityTooLarge:
        reply = replies.refused(platform, 413, TOO_LARGE)
    except Exception as error:  # noqa: BLE001 - logged; whatever it is, it is sent again
        reply = replies.not_stored(platform, error)
    return Response(reply.text, reply.status, reply.headers, mimetype="text/plain")


def _taken_in(platform: str, key: str, delivery: Delivery) -> Reply:
    found = judged(platform, key, delivery)
    if isinstance(found, Reply):
        return found
    with unit_of_work() as session:
        fresh = inbox.accept(session, found)
    ring.deliveries(found.connection_id, platform)
    return replies.stored(platform, found, fresh=fresh)


def _body() -> bytes:
    """The raw body, read no further than its limit."""
    # One byte more than is taken: a body of untold length is cut off at the limit without a word.
    request.max_content_length = MAX_BODY + 1
    try:
        body = request.get_data(cache=False)
    except ClientDisconnected:
        return b""
    if len(body) > MAX_BODY:
        raise RequestEntityTooLarge
    return body
