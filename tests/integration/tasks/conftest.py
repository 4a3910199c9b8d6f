"""A connected merchant a test, and a record of what would have been signalled."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from itertools import count
from typing import Any

import pytest
import redis
import structlog

from config.logging import configure, logger
from config.settings import settings
from tasks import app, handle, invoice, pending, ring, sites, sync
from tests.integration.tasks.asked import ask
from tests.integration.tasks.queued import Queues
from tests.shop import Shop, open_shop

_numbers = count(1)


@dataclass
class Signals:
    """What tasks asked other tasks for."""

    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def take(self, name: str) -> list[dict[str, Any]]:
        """The arguments of each call of a task so far; they are forgotten."""
        found = [arguments for sent, arguments in self.sent if sent == name]
        self.sent = [one for one in self.sent if one[0] != name]
        return found

    def take_invoicing(self) -> list[Callable[[], object]]:
        """The invoicing that was asked for so far, of these days and of the past, to be called."""
        return [
            *(partial(invoice.orders, **given) for given in self.take("invoice.orders")),
            *(partial(invoice.past, **given) for given in self.take("invoice.past")),
        ]


@pytest.fixture
def signals() -> Iterator[Signals]:
    found = Signals()
    with ring.inline(lambda name, arguments: found.sent.append((name, arguments))):
        yield found


@pytest.fixture
def shop(database: str, signals: Signals) -> Iterator[Shop]:
    with open_shop(orders=3, name=f"shop {next(_numbers)}") as opened:
        signals.sent.clear()
        _forget_calls()
        yield opened


_OTHERS_REST = (
    "UPDATE cursors SET next_due_at = now() + interval '1 year' WHERE connection_id <> :c",
    "UPDATE inbox_events SET state = 'done' WHERE connection_id <> :c",
    "UPDATE sync_slices SET status = 'done' FROM sync_runs r "
    "WHERE r.id = run_id AND r.connection_id <> :c",
)


@pytest.fixture
def queues(shop: Shop) -> Iterator[Queues]:
    """The broker, empty, gets a shop's signals; it alone has work, and nobody does it."""
    for others_rest in _OTHERS_REST:
        ask(others_rest, c=shop.connection_id)
    pending._flags.cache_clear()
    app._after_fork()  # a child forgets its producers just so
    # Taken back here and now: what else a test patches may be taken back only after others' ends.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(app.conf, "broker_url", settings().broker())
        patched.setattr(ring, "_inline", None)
        with redis.Redis.from_url(settings().redis()) as client:
            client.flushdb()
            yield Queues(client)
            client.flushdb()
    pending._flags.cache_clear()
    app._after_fork()


def _forget_calls() -> None:
    """All stand-ins share this machine's address, and with it the calls that one second holds.

    A test that stops the clock stays in its second: calls made before it must not count there.
    """
    with redis.Redis.from_url(settings().redis()) as client:
        for key in client.scan_iter("budget:*"):
            client.delete(key)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], list[dict[str, Any]]]]:
    """The lines of an event as an operator gets them."""
    root, before, stream = logging.getLogger(), structlog.get_config(), StringIO()
    handlers, level = root.handlers[:], root.level
    configure(stream=stream)
    for module in (handle, invoice, sites, sync):
        # A logger that spoke before keeps to where it spoke.
        monkeypatch.setattr(module, "log", logger(module.__name__))
    yield lambda event: [
        line for line in map(json.loads, stream.getvalue().splitlines()) if line["event"] == event
    ]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


@pytest.fixture
def orders_alone(shop: Shop) -> None:
    """A shop of which nothing but its orders is read."""
    others = "DELETE FROM cursors WHERE stream <> 'orders' AND connection_id = :c"
    ask(others, c=shop.connection_id)
