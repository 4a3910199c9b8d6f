"""One organization on one platform: settings, sealed credentials, how it is doing."""

from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Instant, Owned, Raw, Stamped

CONNECTED = "connected"
CONNECTING = "connecting"
DELAYED = "delayed"
NEEDS_ATTENTION = "needs attention"


class Connection(Owned, Stamped, Base):
    """A platform account of a merchant. `key` is its webhook address's last part.

    `base_url` is where the platform is; `secrets` and `tokens` are sealed; `status` is in words,
    with what to do beside it.

    `list_again_at` is when its locations are to be listed once more, if some had to wait.
    `unannounced_since` is the change of the first order of late that reading brought and no
    delivery had told of; None while deliveries come.

    `phone_region` is the country whose phones its customers are taken to have, where all its places
    have phones of one; while they are to be matched anew for another one, `match_again_from` is the
    last id that was seen to.
    """

    __tablename__ = "connections"
    __table_args__ = (
        UniqueConstraint("organization_id", "name"),
        Index("ix_connections_platform", "platform"),
    )

    platform: Mapped[str]
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    settings: Mapped[dict[str, Any]]
    secrets: Mapped[Raw]
    tokens: Mapped[Raw | None]
    account: Mapped[str | None]
    base_url: Mapped[str | None]
    status: Mapped[str] = mapped_column(default=CONNECTING)
    status_code: Mapped[str | None]
    status_reason: Mapped[str | None]
    next_step: Mapped[str | None]
    status_at: Mapped[Instant | None]
    last_success_at: Mapped[Instant | None]
    list_again_at: Mapped[Instant | None]
    unannounced_since: Mapped[Instant | None]
    phone_region: Mapped[str | None]
    match_again_from: Mapped[int | None]
