"""How records that are no sales came to be known."""

from dataclasses import dataclass
from datetime import datetime

DELIVERY, READING = "delivery", "reading"


@dataclass(frozen=True)
class Told:
    """How records came to be known: by a delivery, or by a reading of all there is `listed_at`."""

    source: str = DELIVERY
    listed_at: datetime | None = None
