"""Who a delivery is from, and which one it is. Nothing here judges what it says."""

from contextlib import suppress
from hashlib import sha256
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from config.errors import Fault
from config.logging import logger
from connectors import platforms
from connectors.base.contract import Delivery, Envelope, Verdict
from models.inbox import NewEvent
from webhooks.directory import Address, directory
from webhooks.replies import Reply, refused

log = logger(__name__)

# What an index of the database takes for certain.
_LONGEST_NAME = 500
# Kept with a delivery: what tells how it was sent. Everything else of its head is dropped.
_KEPT_HEADERS = ("content-type", "user-agent", "toast-", "x-taxpoynt-attempt")


def plainly_good(platform: str, key: str, delivery: Delivery) -> NewEvent | None:
    """A delivery whose address is remembered and whose signature is right; waits for nothing."""
    address = directory().remembered(platform, key)
    if address is None or not _verify(address, delivery).ok:
        return None
    return _event(address, delivery)


def judged(platform: str, key: str, delivery: Delivery) -> NewEvent | Reply:
    """Any delivery; or the answer to one that is refused.

    Raises: DatabaseAwayError when its address can't be looked up, UnjudgedError when too many ask.
    """
    address = directory().find(platform, key)
    verdict = _verify(address, delivery) if address else None
    if verdict and not verdict.ok:
        # Its secret may be newer than what is remembered, and a refusal is for good.
        address = directory().find_anew(platform, key)
        verdict = _verify(address, delivery) if address else None
    if address is None or verdict is None:
        return refused(platform, 404, "There is no connection at this address.")
    if not verdict.ok:
        log.warning("delivery refused", connection_id=address.connection_id, reason=verdict.reason)
        return refused(platform, 401, f"Not authentic: {verdict.reason}")
    return _event(address, delivery)


def is_strange(platform: str, key: str) -> bool:
    """Whether nobody was ever found at an address."""
    return not directory().knew(platform, key)


def prepare() -> None:
    """Learn how to look up an address before the first delivery, which shall not wait for it."""
    for platform in platforms():
        with suppress(Fault, SQLAlchemyError):
            directory().find(platform, "nobody")


def _verify(address: Address, delivery: Delivery) -> Verdict:
    return address.webhook.verify(delivery, address.webhook.secrets(address.settings, delivery))


def _event(address: Address, delivery: Delivery) -> NewEvent:
    envelope = _identify(address, delivery)
    return NewEvent(
        organization_id=address.organization_id,
        connection_id=address.connection_id,
        delivery_id=envelope.delivery_id,
        event_type=envelope.event_type,
        headers=_kept(delivery),
        body=delivery.body,
        correlation_id=uuid4().hex,
    )


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


def _kept(delivery: Delivery) -> dict[str, str]:
    return {
        name: value
        for name, value in delivery.headers.items()
        if name.startswith(_KEPT_HEADERS) and "signature" not in name
    }
