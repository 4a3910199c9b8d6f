"""Draining a batch and storing a page, cut off at each statement in turn, then done again."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config import clock
from connectors.toast import pages
from connectors.toast.timestamps import timestamp
from models import Connection, inbox
from models.session import unit_of_work
from tasks import handle, reach, ring, sync
from tests import factories
from tests.faults import cutting
from tests.faults.machine.till import HERE, THERE, Till, Version
from tests.faults.machine.world import envelope
from tests.integration.tasks.asked import ask, one

pytestmark = pytest.mark.usefixtures("watched")

# Whatever else a row holds differs from one time to the next by its nature.
_BOOKS = (
    "SELECT external_id, version - :zero, fingerprint, state, total, invoice_state, vendor, "
    "(SELECT string_agg(concat_ws('/', external_id, amount, name), ';' ORDER BY l.id) "
    "FROM order_lines l WHERE l.order_id = o.id) AS lines "
    "FROM orders o WHERE connection_id = :c ORDER BY external_id"
)
_INBOX = (
    "SELECT delivery_id, state, attempts, error, record_external_id FROM inbox_events "
    "WHERE connection_id = :c ORDER BY delivery_id"
)
_PARKED = "SELECT external_id, error FROM parked_records WHERE connection_id = :c"


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Till:
    """What every connection of the test reaches: an order changed thrice and one of rubbish."""
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        found = Till()
        for n, kind in enumerate(("closed", "open", "unreadable")):
            found.change(f"o{n}", HERE, kind, 100 + n)
        found.change("o0", HERE, "closed", 250)
        found.change("o3", THERE, "closed", 300)
    monkeypatch.setattr(reach, "client", lambda *_, **__: found)
    return found


def _connected() -> Connection:
    made = factories.connected(places=(HERE,))
    settings = {
        "api_url": "http://till.test",
        "client_id": "us",
        "client_secret": "a-till-client-secret",
    }
    # Read from a moment before the first order on, not from twelve weeks ago in windows of four.
    resume = {"v": 1, "mark": timestamp(clock.now() - timedelta(days=1))}
    values = {"c": made.id, "s": json.dumps(settings), "r": json.dumps(resume)}
    ask("UPDATE connections SET settings = cast(:s AS jsonb) WHERE id = :c", **values)
    ask("UPDATE cursors SET resume = cast(:r AS jsonb) WHERE connection_id = :c", **values)
    return made


def _books(connection: Connection, zero: Any) -> list[Any]:
    found = [
        *ask(_BOOKS, c=connection.id, zero=zero),
        *ask(_INBOX, c=connection.id),
        *ask(_PARKED, c=connection.id),
    ]
    return [tuple(row) for row in found]


def _delivered(till: Till) -> Connection:
    made = _connected()
    versions: list[Version | None] = [v for found in till.versions.values() for v in found]
    with unit_of_work() as session:
        for n, version in enumerate([*versions, None]):
            body = b"rubbish" if version is None else envelope(f"d{n}", version)
            headers = {"toast-event-category": "order_updated"}
            event = inbox.NewEvent(
                made.organization_id, made.id, f"d{n}", "order_updated", headers, body, f"d{n}"
            )
            inbox.accept(session, event)
    return made


def _quietly(work: Callable[[], Any]) -> Callable[[], Any]:
    def called() -> Any:
        with ring.inline(lambda *_: None):
            return work()

    return called


def test_a_drain_cut_off_anywhere_and_done_again_leaves_the_same_books(till: Till) -> None:
    zero = till.versions["o0"][0].at
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        clean = _delivered(till)
        ways = cutting.ways(_quietly(lambda: handle.drain(clean.id)))
        wanted = _books(clean, zero)
        assert {row[1] for row in wanted if row[0].startswith("d")} == {"done", "parked", "pending"}
        for how, at in ways:
            made = _delivered(till)
            cutting.cut_off(how, at, _quietly(lambda: handle.drain(made.id)))  # noqa: B023
            found = _books(made, zero)
            assert found == wanted or not [row for row in found if row[0].startswith("o")]
            _quietly(lambda: handle.drain(made.id))()  # noqa: B023
            assert _books(made, zero) == wanted, (how, at)


def test_a_pull_cut_off_anywhere_moves_its_cursor_with_its_rows(till: Till) -> None:
    zero = till.versions["o0"][0].at
    with clock.frozen(clock.now() + timedelta(minutes=3)) as advance:
        clean = _connected()
        cursor = _cursor(clean)
        ways = cutting.ways(_quietly(lambda: sync.run(cursor)))
        wanted = _books(clean, zero)
        assert len(wanted) == 3
        for how, at in ways:
            made = _connected()
            cursor = _cursor(made)
            cutting.cut_off(how, at, _quietly(lambda: sync.run(cursor)))  # noqa: B023
            _assert_together(made, till)
            # Its lease ends, should nobody have let go of it.
            advance(timedelta(seconds=31))
            _quietly(lambda: sync.run(cursor))()  # noqa: B023
            assert _books(made, zero) == wanted, (how, at)
            assert one("SELECT watermark FROM cursors WHERE id = :c", c=_cursor(made)).watermark


def _cursor(connection: Connection) -> int:
    return int(one("SELECT id FROM cursors WHERE connection_id = :c", c=connection.id).id)


def _assert_together(connection: Connection, till: Till) -> None:
    """Pages come from the last to the first: what is behind the cursor is in the books."""
    row = one("SELECT resume, watermark FROM cursors WHERE id = :c", c=_cursor(connection))
    stored = ask("SELECT external_id FROM orders WHERE connection_id = :c", c=connection.id)
    parked = ask("SELECT external_id FROM parked_records WHERE connection_id = :c", c=connection.id)
    kept = {found.external_id for found in [*stored, *parked]}
    if row.watermark is not None:
        assert kept == {"o0", "o1", "o2"}
    elif row.resume.get("page") == 1:
        assert len(kept) == 1
    else:
        assert kept == set()
