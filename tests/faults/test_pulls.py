"""Readers of a long history that are stopped, or frozen and replaced, in the middle of a page."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGTERM
from time import monotonic

from tests.faults import queues
from tests.faults.conftest import beating, orders_held, worker
from tests.faults.load import Importing
from tests.faults.proxy import Proxy, Weather, proxy
from tests.installation import Installation, frozen
from tests.integration.tasks.asked import control
from tests.integration.tasks.reading import text_of
from tests.shop import open_shop
from tests.waiting import until

# Three pages of one day of one restaurant.
_BUSY = 250


@contextmanager
def reading(installation: Installation, name: str) -> Iterator[tuple[Importing, Proxy]]:
    """A till with one long day, connected as `name`, and the way to it."""
    with open_shop(orders=1, name=name) as shop, proxy(shop.till.url) as way:
        control(shop, "orders", {"count": _BUSY, "webhooks": False, "at": text_of(-60)})
        installation.rows(
            "UPDATE connections SET settings = jsonb_set(settings, '{api_url}', to_jsonb(%s::text))"
            " WHERE id = %s",
            way.through(shop.till.url),
            shop.connection_id,
        )
        made = Importing(shop)
        made.begin()
        yield made, way


def _hold_after_a_page(installation: Installation, importing: Importing, way: Proxy) -> None:
    """Once this is over one page of the long day is stored, and the next is asked for in vain."""
    counts = Counter(one.restaurant.guid for one in importing.shop.till.platform.book.all())
    ((busiest, _),) = counts.most_common(1)
    slice_id = installation.one(
        "SELECT id FROM sync_slices WHERE run_id = %s AND location_external_id = %s"
        " ORDER BY start_at DESC LIMIT 1",
        importing.run_id,
        busiest,
    )
    with orders_held(installation) as lock:
        queues.signal(installation, "backfill.slice", slice_id=slice_id, platform="toast")
        lock.waiters()
        way.be(Weather(held=True))
    until(lambda: _rows_read(installation, importing), what="a page to be stored")
    # One more may have been on its way: whoever is stopped holds no rows then.
    until(_at_rest(installation), what="no page to be stored any more")
    assert _rows_read(installation, importing) < _BUSY
    assert installation.one("SELECT resume ->> 'page' FROM sync_slices WHERE id = %s", slice_id)


def _at_rest(installation: Installation) -> Callable[[], bool]:
    """Whether nobody has been in a transaction for a second."""
    busy = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = 'taxpoynt' AND state <> 'idle'"
    )
    last = monotonic()

    def check() -> bool:
        nonlocal last
        last = monotonic() if installation.one(busy) else last
        return monotonic() - last > 1

    return check


def _rows_read(installation: Installation, importing: Importing) -> int:
    return int(installation.one("SELECT rows_read FROM sync_runs WHERE id = %s", importing.run_id))


def _end_leases(installation: Installation) -> None:
    installation.rows(
        "UPDATE sync_slices SET leased_until = now() - interval '1 second'"
        " WHERE leased_until IS NOT NULL"
    )


def _finished(installation: Installation, importing: Importing) -> None:
    """It is read to the end, each row of it once."""
    until(lambda: not importing.left(installation.rows), what="the import", timeout_s=90)
    assert not importing.look(installation.rows)
    book = importing.shop.till.platform.book.all()
    assert len(book) >= _BUSY
    assert _rows_read(installation, importing) == len(book)


def test_a_reader_that_is_told_to_stop_within_a_page_is_resumed_where_it_was(
    installation: Installation,
) -> None:
    with reading(installation, "told") as (importing, way):
        with worker(installation, "told") as one:
            _hold_after_a_page(installation, importing, way)
            one.signal(SIGTERM)
            until(lambda: one.says("Soft Shutdown"), what="it to wait for its tasks")
            # Whoever told it has less patience than the platform's answer takes.
            one.kill()
        way.clear()
        _end_leases(installation)
        with worker(installation, "next"), beating(installation):
            _finished(installation, importing)


def test_a_reader_that_was_frozen_and_replaced_stores_nothing_more(
    installation: Installation,
) -> None:
    # What it is frozen in is its reading: within a transaction it would hold rows for two minutes.
    with (
        reading(installation, "frozen") as (importing, way),
        worker(installation, "slow", queues="toast.bulk") as slow,
    ):
        _hold_after_a_page(installation, importing, way)
        with frozen(slow.pid):
            way.clear()
            _end_leases(installation)
            with worker(installation, "quick"), beating(installation):
                _finished(installation, importing)
        # Its page is there at last: it is not its own any more. Told to stop it ends with it first.
        slow.end(grace_s=60)
        _finished(installation, importing)
