"""The broker, and what a worker would refuse to run on."""

from collections.abc import Iterator

from config.settings import settings
from models import dead_message, migrations
from models.session import unit_of_work
from tasks import app, preflight
from tasks.preflight import Finding, Level

_ANSWER_S = 2


def findings() -> Iterator[Finding]:
    """All about the broker. Raises: OperationalError when it is away."""
    with app.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, timeout=_ANSWER_S)
    kind = "Redis" if settings().broker().startswith("redis") else "RabbitMQ"
    yield Finding("broker", Level.OK, f"The broker answers ({kind}).")
    yield from preflight.findings()
    if kind == "Redis":
        with preflight.connected(settings().broker()) as redis:
            yield preflight.of_memory(preflight.memory_share(redis.info("memory")))
    if not migrations.behind():
        with unit_of_work() as session:
            yield of_dead(dead_message.count_waiting(session))


def of_dead(count: int) -> Finding:
    """Messages that no worker could work on."""
    if not count:
        return Finding("dead messages", Level.OK, "Every message was understood by a worker.")
    return Finding(
        "dead messages",
        Level.WARN,
        f"{count} could not be worked on, and wait for somebody.",
        "'taxpoynt dead' says why, and what to do.",
    )
