"""Every list of the API and every page: with filters, sorts and search, and deep inside."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from models import order_list
from models.invoice_list import SORTS as INVOICE_SORTS
from models.paging import cursor_of
from tests.bench.ground import Ground

API, PAGE = "api", "page"
# The large merchant of the books.
OWNER = "Merchant 1"


@dataclass(frozen=True)
class Route:
    """One address; `kind` is who asks for it: a script with a token, or a person's browser."""

    kind: str
    path: str
    query: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        """What is asked for."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    @property
    def name(self) -> str:
        """As it is told: cursors are long and say nothing."""
        said = [f"{k}={'…' if k == 'after' else v}" for k, v in self.query]
        return f"{self.path}{'?' if said else ''}{'&'.join(said)}"


@dataclass(frozen=True)
class Middle:
    """Rows from which a list goes on deep inside, and places of every size."""

    order: dict[str, Any]
    invoice: dict[str, Any]
    event: int
    newest_order: int
    newest_invoice: str
    sites: dict[str, int]
    day: str
    year: tuple[str, str]


def middle(on: Ground) -> Middle:
    """Look them up."""
    [(owner,)] = on.sql("SELECT id FROM organizations WHERE name = %s", OWNER)
    half = "SELECT id, business_date FROM {} WHERE organization_id = %s AND id >= %s LIMIT 1"
    found = {}
    for table in ("orders", "invoices"):
        [(last,)] = on.sql(f"SELECT max(id) FROM {table}")
        query = half.format(table).replace("LIMIT", "ORDER BY id LIMIT")
        [(row, day)] = on.sql(query, owner, last // 2)
        found[table] = {"id": row, "business_date": day}
    [(event,)] = on.sql("SELECT (min(id) + max(id)) / 2 FROM inbox_events")
    [(order,)] = on.sql(
        "SELECT max(order_id) - 300 FROM invoices WHERE organization_id = %s", owner
    )
    [(order, number)] = on.sql(
        "SELECT order_id, number FROM invoices WHERE organization_id = %s AND order_id <= %s "
        "ORDER BY id DESC LIMIT 1",
        *(owner, order),
    )
    names = ("Site 1", "Site 200", "Site 240")
    sites = on.sql(
        "SELECT l.name, l.id FROM locations l JOIN connections c ON c.id = l.connection_id "
        "WHERE l.organization_id = %s AND c.name = 'till 1' AND l.name = ANY(%s)",
        *(owner, list(names)),
    )
    [(day, start, end)] = on.sql(
        "SELECT (now() - interval '900 days')::date::text, "
        "(now() - interval '1500 days')::date::text, (now() - interval '1135 days')::date::text"
    )
    return Middle(
        found["orders"], found["invoices"], event, order, number, dict(sites), day, (start, end)
    )


def routes(at: Middle) -> Iterator[Route]:
    """All of them."""
    yield from _small_lists(at)
    for kind, base in ((API, "/api/v1"), (PAGE, "")):
        state = "invoice_state" if kind == API else "invoice"
        for query in _sales(at, order_list.SORTS, at.order, state):
            yield Route(kind, f"{base}/orders", tuple(query.items()))
        for query in _sales(at, INVOICE_SORTS, at.invoice, ""):
            yield Route(kind, f"{base}/invoices", tuple(query.items()))
        yield Route(kind, f"{base}/orders/{at.newest_order}")
        yield Route(kind, f"{base}/invoices/{at.newest_invoice}")
        for query in ({"search": "277"}, {"search": "277", "sort": "-id"}):
            yield Route(kind, f"{base}/orders", tuple(query.items()))
    yield Route(PAGE, "/invoices", (("search", "INV-000277"),))
    for path in ("/", "/parked", f"/events/{at.event}"):
        yield Route(PAGE, path)


def _small_lists(at: Middle) -> Iterator[Route]:
    for kind, path in ((API, "/api/v1/persons"), (PAGE, "/guests")):
        yield Route(kind, path)
        for search in ("guest", "number 277", "guest277@", "nobody"):
            yield Route(kind, path, (("search", search),))
        yield Route(kind, f"{path}/1")
    for name in ("connections", "locations", "customers", "parked-records"):
        yield Route(API, f"/api/v1/{name}")
    for name in ("customers", "locations"):
        yield Route(API, f"/api/v1/{name}", (("connection", "till 3"),))
    for kind, base in ((API, "/api/v1"), (PAGE, "")):
        for name, key, values in (
            ("events", "state", ("done", "pending", "parked")),
            ("sync-runs", "status", ("done", "failed", "running")),
        ):
            yield Route(kind, f"{base}/{name}")
            yield Route(kind, f"{base}/{name}", (("connection", "till 4"),))
            for value in values:
                yield Route(kind, f"{base}/{name}", ((key, value),))
        after = cursor_of(order_list.SORTS["-id"], {"id": at.event})
        yield Route(kind, f"{base}/events", (("after", after),))


def _sales(
    at: Middle, sorts: dict[str, Any], row: dict[str, Any], state: str
) -> Iterator[dict[str, str]]:
    """Filters by sorts: places from the largest to an empty one, dates, states, deep inside."""
    start, end = at.year
    wanted: list[dict[str, str]] = [{}, {"since": at.day, "until": at.day}]
    wanted += [{"since": start, "until": end}, {"since": start}]
    wanted += [{"connection": f"till {n}"} for n in (1, 3, 4)]
    wanted += [{"location": str(site)} for site in at.sites.values()]
    wanted += [{"connection": "till 1", "since": start, "until": end}]
    if state:
        states = ("due", "issued", "changed after issue", "not needed", "parked")
        wanted += [{state: one} for one in states]
        wanted += [{state: "not needed", "location": str(at.sites["Site 1"])}]
    for sort, order in sorts.items():
        for query in wanted:
            yield {**query, "sort": sort}
        deep = cursor_of(order, row)
        for query in ({}, {"connection": "till 1"}, {"since": start, "until": end}):
            yield {**query, "sort": sort, "after": deep}
