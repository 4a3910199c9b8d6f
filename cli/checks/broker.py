"""The broker, and what a worker would refuse to run on."""

from collections.abc import Iterator

from config.settings import settings
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
