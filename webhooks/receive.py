"""The door: a delivery is answered 2xx only after its raw body is committed, once.

Nothing in here waits for the broker, and nothing judges the content: what is authentic is stored
and understood later. Trouble of our own is answered 503, which platforms send again; a 4xx would
make them drop the delivery for good.
"""

from contextlib import suppress
from hashlib import sha256
from uuid import uuid4

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from config.errors import Fault, TransientError
from config.logging import logger
from connectors import platforms
from connectors.base.contract import Delivery, Envelope, Verdict
from models import deadline, inbox
from webhooks import counters
from webhooks.directory import Address, directory
from webhooks.group import DATABASE_S, Place, group
from webhooks.promised import LATER, Later, Promised

log = logger(__name__)
door = Blueprint("webhooks", __name__)

MAX_BODY = 1024 * 1024
# What an index of the database takes for certain.
_LONGEST_NAME = 500
# Kept with a delivery: what tells how it was sent. Everything else of its head is dropped.
_KEPT_HEADERS = ("content-type", "user-agent", "toast-", "x-taxpoynt-attempt")


@door.post("/webhooks/<platform>/<key>")
def receive(platform: str, key: str) -> Response:
    """Take in one delivery of a platform.

    Answers 202 stored (or stored before), 401 not authentic, 404 unknown address, 413 too large,
    503 not stored: send it again.
    """
    try:
        later: Later | None = request.environ.get(LATER)
        if later is not None:
            delivery = Delivery(later.headers, later.body)
            return _without_waiting(platform, key, delivery, later)
        # Read first: a sender's slow line is no fault of the database.
        delivery = Delivery({k.lower(): v for k, v in request.headers.items()}, _body())
        with deadline.within(DATABASE_S):
            return _receive(platform, key, delivery)
    except RequestEntityTooLarge:
        return _answer(platform, 413, "A delivery may hold 1 MiB at most.")
    except Exception as error:  # noqa: BLE001 - logged; whatever it is, it is sent again
        return _not_stored(platform, error)


def _receive(platform: str, key: str, delivery: Delivery) -> Response:
    address = directory().find(platform, key)
    verdict = _verify(address, delivery) if address else None
    if verdict and not verdict.ok:
        # Its secret may be newer than what is remembered, and a refusal is for good.
        address = directory().find_anew(platform, key)
        verdict = _verify(address, delivery) if address else None
    if address is None or verdict is None:
        return _answer(platform, 404, "There is no connection at this address.")
    if not verdict.ok:
        log.warning("delivery refused", connection_id=address.connection_id, reason=verdict.reason)
        return _answer(platform, 401, f"Not authentic: {verdict.reason}")
    return _take_in(address, delivery)


def _without_waiting(platform: str, key: str, delivery: Delivery, later: Later) -> Response:
    """The same for the many that are plainly good; the others are looked at where one may wait."""
    address = directory().remembered(platform, key)
    if address is None or not _verify(address, delivery).ok:
        later.elsewhere = True
        later.stranger = not directory().knew(platform, key)
        return Response()
    return _take_in(address, delivery)


def _verify(address: Address, delivery: Delivery) -> Verdict:
    return address.webhook.verify(delivery, address.webhook.secrets(address.settings, delivery))


def _take_in(address: Address, delivery: Delivery) -> Response:
    envelope = _identify(address, delivery)
    event = inbox.NewEvent(
        organization_id=address.organization_id,
        connection_id=address.connection_id,
        delivery_id=envelope.delivery_id,
        event_type=envelope.event_type,
        headers=_kept(delivery),
        body=delivery.body,
        correlation_id=uuid4().hex,
    )
    return Promised(group().join(event, address.platform), _settled)


def _identify(address: Address, delivery: Delivery) -> Envelope:
    """Which delivery it is; one that can't be told by its content is told by its bytes."""
    try:
        envelope = address.webhook.identify(delivery)
        _insist_on_names(envelope)
    except Exception as error:
        connection_id, name = address.connection_id, type(error).__name__
        log.exception("delivery not identified", connection_id=connection_id, error=name)
        return Envelope(f"sha256:{sha256(delivery.body).hexdigest()}", "unknown")
    return envelope


def _insist_on_names(envelope: Envelope) -> None:
    """Raises: ValueError when the database wouldn't take it."""
    for name in (envelope.delivery_id, envelope.event_type):
        if not (0 < len(name) <= _LONGEST_NAME and name.isprintable()):
            raise ValueError("That is no name.")


def _settled(place: Place) -> Response:
    """The answer to a delivery whose place in a group is settled."""
    if place.fault is not None:
        return _not_stored(place.platform, place.fault)
    if not place.fresh:
        return _answer(place.platform, 202, "Stored before.", "duplicate")
    correlation_id = place.event.correlation_id
    log.debug("delivery stored", correlation_id=correlation_id)
    response = _answer(place.platform, 202, "Stored.", "stored")
    response.headers["X-Correlation-Id"] = correlation_id
    return response


def prepare() -> None:
    """Learn how to look up an address before the first delivery, which shall not wait for it."""
    for platform in platforms():
        with suppress(Fault, SQLAlchemyError):
            directory().find(platform, "nobody")


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


def _kept(delivery: Delivery) -> dict[str, str]:
    return {
        name: value
        for name, value in delivery.headers.items()
        if name.startswith(_KEPT_HEADERS) and "signature" not in name
    }


def _not_stored(platform: str, error: Exception) -> Response:
    # A server that is away says all in a word; anything else is a mistake to find.
    place = None if isinstance(error, TransientError) else error
    name = type(error).__name__
    log.warning("delivery not stored", platform=platform, error=name, exc_info=place)
    return _answer(platform, 503, "Not stored. Send it again.")


def _answer(platform: str, status: int, text: str, outcome: str | None = None) -> Response:
    # Anybody may ask for any address: names we don't know share one label.
    name = platform if platform in platforms() else "unknown"
    counters.deliveries.labels(name, outcome or str(status)).inc()
    response = Response(text + "\n", status, mimetype="text/plain")
    if status == 503:
        response.headers["Retry-After"] = "30"
    return response
