"""Hosts whose clocks are an hour off: the same books, invoices, windows and business dates."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config import clock
from connectors.toast.timestamps import timestamp
from models import Connection, StreamCursor, inbox, lease
from models.lease import LeaseLostError
from models.session import unit_of_work
from tasks import handle, invoice, reach, ring, sweep, sync
from tests import factories
from tests.faults.machine.till import HERE, Till
from tests.faults.machine.world import envelope
from tests.integration.tasks.asked import ask, one

pytestmark = pytest.mark.usefixtures("database")

_HOUR = timedelta(hours=1)
_OFF = [-_HOUR, timedelta(), _HOUR]
_BOOKS = (
    "SELECT o.external_id, o.version, o.business_date, o.total, o.invoice_state, i.number, i.total "
    "FROM orders o LEFT JOIN invoices i ON i.order_id = o.id WHERE o.connection_id = :c "
    "ORDER BY o.external_id"
)


class Punctual(Till):
    """A platform whose own clock is right."""

    def server_now(self) -> datetime:
        return self.now

    now: datetime = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Punctual:
    found = Punctual()
    with clock.frozen(found.now - timedelta(minutes=30)):
        found = Punctual()
        for n, kind in enumerate(("closed", "open", "closed", "voided")):
            found.change(f"o{n}", HERE, kind, 100 + n)
    monkeypatch.setattr(reach, "client", lambda *_, **__: found)
    return found


def _connected(till: Punctual) -> Connection:
    made = factories.connected(places=(HERE,))
    settings = {
        "api_url": "http://till.test",
        "client_id": "us",
        "client_secret": "a-till-client-secret",
    }
    resume = {"v": 1, "mark": timestamp(till.now - timedelta(days=1))}
    values = {"c": made.id, "s": json.dumps(settings), "r": json.dumps(resume)}
    ask("UPDATE connections SET settings = cast(:s AS jsonb) WHERE id = :c", **values)
    ask("UPDATE cursors SET resume = cast(:r AS jsonb) WHERE connection_id = :c", **values)
    return made


def _cursor(made: Connection) -> int:
    return int(one("SELECT id FROM cursors WHERE connection_id = :c", c=made.id).id)


def _now(name: str, given: dict[str, Any]) -> None:
    if name == "invoice.orders":
        invoice.orders(**given)
    elif name == "invoice.past":
        invoice.past(**given)


def _alike(till: Punctual, do: Callable[[Connection, timedelta], Any]) -> list[Any]:
    """What `do` comes to on a host of each clock."""
    came = []
    for off in _OFF:
        made = _connected(till)
        with ring.inline(_now):
            told = do(made, off)
        came.append((told, [tuple(row) for row in ask(_BOOKS, c=made.id)]))
    return came


def test_a_pull_reads_the_same_windows_and_issues_the_same_invoices(till: Punctual) -> None:
    def pull(made: Connection, off: timedelta) -> Any:
        cursor = _cursor(made)
        with clock.frozen(till.now + off):
            sync.run(cursor)
            row = one("SELECT resume, watermark FROM cursors WHERE id = :c", c=cursor)
        return row.resume, row.watermark

    first, *others = _alike(till, pull)
    assert others == [first, first]
    (_, watermark), books = first
    assert watermark == till.now - timedelta(minutes=1)
    assert len(books) == 4
    assert [row[5] for row in books] == ["INV-000001", None, "INV-000002", None]


def test_of_two_readers_whose_clocks_differ_one_stores(till: Punctual) -> None:
    def pull(made: Connection, off: timedelta) -> Any:
        cursor = _cursor(made)
        with unit_of_work() as session:
            held = lease.take(session, StreamCursor, cursor, till.now)
        assert held is not None
        with clock.frozen(till.now + off):
            came = sync.run(cursor)
        # For one that is behind, or right, it is held; one that is ahead takes it for long over.
        assert (came is not None) is (off > timedelta())
        if came is None:
            with unit_of_work() as session:
                lease.release(session, held)
            with clock.frozen(till.now + off):
                sync.run(cursor)
        with pytest.raises(LeaseLostError), unit_of_work() as session:
            lease.keep(session, held, till.now, resume={"page": 9})
        return one("SELECT resume, watermark FROM cursors WHERE id = :c", c=cursor)

    first, *others = _alike(till, pull)
    assert others == [first, first]
    assert len(first[1]) == 4


def test_deliveries_are_handled_and_swept_up_whatever_the_hosts_clock_says(till: Punctual) -> None:
    def drain(made: Connection, off: timedelta) -> Any:
        with unit_of_work() as session:
            for guid, (version,) in till.versions.items():
                headers = {"toast-event-category": "order_updated"}
                facts = ("order_updated", headers, envelope(guid, version), guid)
                event = inbox.NewEvent(made.organization_id, made.id, guid, *facts)
                inbox.accept(session, event)
        ask(
            "UPDATE inbox_events SET next_attempt_at = next_attempt_at - interval '3 seconds' "
            "WHERE connection_id = :c",
            c=made.id,
        )
        swept: list[int] = []
        with (
            clock.frozen(clock.now() + off),
            ring.inline(lambda _, given: swept.append(given["connection_id"])),
        ):
            sweep.inbox_()
        assert made.id in swept
        with clock.frozen(clock.now() + off):
            return handle.drain(made.id)

    first, *others = _alike(till, drain)
    assert others == [first, first]
    assert first[0] == len(first[1]) == 4
