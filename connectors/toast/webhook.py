"""The receiving side: who signed a delivery, and which one it is.

Source: Toast developer guide, "Message signing",
    https://doc.toasttab.com/doc/devguide/apiMessageSigning.html, read 2026-12-01.
"""

import hmac
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from connectors.base.contract import Delivery, Envelope, Hint, Verdict
from connectors.toast.envelope import name_of, signed_timestamp, stamp_of, type_of
from connectors.toast.events import hints


class ToastWebhook:
    """Pure functions of a delivery."""

    def verify(self, delivery: Delivery, secrets: Sequence[str]) -> Verdict:
        """Toast signs the raw body followed by the timestamp that the body holds.

        Every secret is tried in full, so that the time taken tells nothing.
        """
        signature = delivery.headers.get("toast-signature", "").strip()
        if not signature:
            return Verdict(False, "The delivery has no Toast-Signature header.")
        usable = [secret for secret in secrets if secret]
        if not usable:
            return Verdict(False, "This connection has no webhook secret.")
        message = delivery.body + signed_timestamp(delivery.body)
        matches = [_is_signed(message, secret, signature) for secret in usable]
        return Verdict(any(matches), "" if any(matches) else "The signature fits no secret.")

    def identify(self, delivery: Delivery) -> Envelope:
        """The event's guid, the same on every attempt; else the body itself names the delivery."""
        stamp = stamp_of(delivery.body)
        named = name_of(stamp.guid) or f"sha256:{sha256(delivery.body).hexdigest()}"
        return Envelope(named, type_of(stamp, delivery) or "unknown")

    def parse(self, delivery: Delivery) -> Sequence[Hint]:
        """What an event carries or points at. Raises: SkippedRecord."""
        return hints(delivery)

    def secrets(self, settings: Mapping[str, Any], delivery: Delivery) -> Sequence[str]:
        """All active secrets, those of the delivery's category first."""
        kept = settings.get("webhook_secret")
        if not isinstance(kept, Mapping):
            return list(_listed(kept))
        category = delivery.headers.get("toast-event-category", "")
        first = list(_listed(kept.get(category)))
        others = [secret for values in kept.values() for secret in _listed(values)]
        return list(dict.fromkeys(first + others))


def _is_signed(message: bytes, secret: str, signature: str) -> bool:
    wanted = b64encode(hmac.digest(secret.encode(), message, "sha256"))
    return hmac.compare_digest(wanted, signature.encode("utf-8", "replace"))


def _listed(value: Any) -> Iterator[str]:
    for secret in value if isinstance(value, list | tuple) else [value]:
        if isinstance(secret, str) and secret:
            yield secret
