"""What the door answers, counted, whoever serves it."""

from dataclasses import dataclass

from config.errors import TransientError
from config.logging import logger
from connectors import platforms
from models.inbox import NewEvent
from webhooks import counters

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a delivery."""

    status: int
    text: str
    # Beyond those that say what the text is.
    headers: tuple[tuple[str, str], ...] = ()


def stored(platform: str, event: NewEvent, *, fresh: bool) -> Reply:
    """It is in the inbox."""
    if not fresh:
        return _reply(platform, 202, "Stored before.", "duplicate")
    log.debug("delivery stored", correlation_id=event.correlation_id)
    named = (("X-Correlation-Id", event.correlation_id),)
    return _reply(platform, 202, "Stored.", "stored", named)


def not_stored(platform: str, error: Exception) -> Reply:
    """It isn't, or nobody knows: send it again."""
    # A server that is away says all in a word; anything else is a mistake to find.
    place = None if isinstance(error, TransientError) else error
    name = type(error).__name__
    log.warning("delivery not stored", platform=platform, error=name, exc_info=place)
    return turned_away(platform, "Not stored. Send it again.")


def turned_away(platform: str, text: str) -> Reply:
    """It isn't, for the moment."""
    return _reply(platform, 503, text, "503", (("Retry-After", "30"),))


def refused(platform: str, status: int, text: str) -> Reply:
    """It never will be."""
    return _reply(platform, status, text, str(status))


def _reply(
    platform: str,
    status: int,
    text: str,
    outcome: str,
    headers: tuple[tuple[str, str], ...] = (),
) -> Reply:
    # Anybody may ask for any address: names we don't know share one label.
    name = platform if platform in platforms() else "unknown"
    counters.deliveries.labels(name, outcome).inc()
    return Reply(status, text + "\n", headers)
