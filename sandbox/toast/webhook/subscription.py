"""Who is told, and where they are remembered."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.toast.webhook.backoff import Backoff
from sandbox.toast.webhook.message import ORDER_UPDATED


@dataclass
class Subscription:
    """One address for one event category, with a secret of its own."""

    url: str
    secret: str
    category: str = ORDER_UPDATED
    backoff: Backoff = field(default_factory=Backoff)

    def concerns(self, url: str | None, category: str | None) -> bool:
        """Whether it is meant by an address, a category, both, or none of them."""
        return url in (None, self.url) and category in (None, self.category)

    def document(self) -> dict[str, str]:
        """What is asked for at the control address and kept on disk."""
        return {"url": self.url, "secret": self.secret, "eventCategory": self.category}


def parse_subscription(document: dict[str, Any], secret: str) -> Subscription:
    """Read a subscription; without a secret it gets the merchant's.

    Raises:
        ValueError: no http address.
    """
    url = str(document.get("url", ""))
    if not url.startswith(("http://", "https://")):
        raise ValueError("url must start with http:// or https://")
    category = str(document.get("eventCategory", ORDER_UPDATED))
    return Subscription(url, str(document.get("secret") or secret), category)


def load(path: Path, secret: str) -> list[Subscription]:
    """The subscriptions of an earlier run."""
    if not path.exists():
        return []
    return [parse_subscription(each, secret) for each in json.loads(path.read_text())]


def store(path: Path, subscriptions: Iterable[Subscription]) -> None:
    """Keep the subscriptions, old file in place until the new one is whole; for its owner alone."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(json.dumps([each.document() for each in subscriptions], indent=1))
    draft.replace(path)
